// The Pyboard D SF2 as MicroPython has it. See mpconfigboard.mk for the modules.

#include "boards/PYBD_SF2/mpconfigboard.h"

// lwIP's 5 connections are too few: a browser opens six, and those it closed wait for two minutes.
#define MEMP_NUM_TCP_PCB                    (16)

// Enough memory for every connection to fill its send buffer, so that those whose clients take nothing do not stop the
// others: when MEM_SIZE runs out, modlwip waits up to 10 s, even for a socket that must not block. MicroPython's 8000
// bytes are gone with two such connections. What a segment has besides its data is less than 96 bytes; the last 1024 are
// for acknowledgements, DHCP and names.
#define TCP_MSS                             (800)
#define TCP_WND                             (8 * TCP_MSS)
#define TCP_SND_BUF                         (3 * TCP_MSS)
#define MEM_SIZE                            (MEMP_NUM_TCP_PCB * (TCP_SND_BUF + 3 * 96) + 1024)
#define MEMP_NUM_TCP_SEG                    (MEMP_NUM_TCP_PCB * TCP_SND_QUEUELEN)

// A random first sequence number for each connection (RFC 6528): lwIP's own is little more than the time since the start.
#define LWIP_HOOK_TCP_ISN(local_ip, local_port, remote_ip, remote_port) rng_get()

// The file system is no drive for the computer at the USB cable: two that write to one FAT spoil it, and a computer writes
// to a drive by itself as soon as it sees one.
#define MICROPY_HW_USB_MSC                  (0)
