#ifndef MPS2_AN385_UART_H
#define MPS2_AN385_UART_H

#include <stdbool.h>
#include <stddef.h>

// The console: UART0, received by interrupt.

void uart_init(void);

// The next byte received, or -1.
int uart_get(void);
bool uart_any(void);

// Whether this byte is among those received and not yet taken.
bool uart_has(int byte);

void uart_write(const char *data, size_t length);

#endif // MPS2_AN385_UART_H
