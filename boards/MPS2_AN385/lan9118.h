#ifndef MPS2_AN385_LAN9118_H
#define MPS2_AN385_LAN9118_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// The Ethernet controller. It knows frames, nothing of what is in them.

#define LAN9118_MAC_LENGTH (6)

// A frame without its CRC.
#define LAN9118_FRAME_MAX (1514)

// Reset the chip and leave it without interrupts. False if there is none.
bool lan9118_init(void);

// Receive, transmit and raise interrupts, or stop all that.
void lan9118_start(void);
void lan9118_stop(void);

void lan9118_get_mac(uint8_t *mac);

// Whether a cable is plugged in.
bool lan9118_link(void);

// Send a frame. False if the chip has no room for it.
bool lan9118_send(const uint8_t *frame, size_t length);

// Begin to look at what an interrupt was for: from here on nothing that comes is missed.
void lan9118_irq_begin(void);

// The length of the next received frame, or 0. It must be read or skipped, as a whole.
size_t lan9118_next_frame(void);
void lan9118_read_frame(uint8_t *frame, size_t length);
void lan9118_skip_frame(size_t length);

// All was looked at: have interrupts again.
void lan9118_irq_end(void);

#endif // MPS2_AN385_LAN9118_H
