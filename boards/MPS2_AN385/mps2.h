#ifndef MPS2_AN385_MPS2_H
#define MPS2_AN385_MPS2_H

// The processor and the peripherals of AN385 that this port uses.
//
// [AN385]  Arm, "Application Note AN385: ARM Cortex-M3 SMM on V2M-MPS2": memory map, interrupts, FPGA system registers.
// [CMSDK]  Arm, "Cortex-M System Design Kit Technical Reference Manual": the UART.

#include <stdint.h>

// [AN385] interrupt assignments.
typedef enum {
    NonMaskableInt_IRQn = -14,
    HardFault_IRQn = -13,
    MemoryManagement_IRQn = -12,
    BusFault_IRQn = -11,
    UsageFault_IRQn = -10,
    SVCall_IRQn = -5,
    DebugMonitor_IRQn = -4,
    PendSV_IRQn = -2,
    SysTick_IRQn = -1,
    UART0_RX_IRQn = 0,
    ETHERNET_IRQn = 13,
} IRQn_Type;

#define MPS2_NUM_IRQS (32)

// What core_cm3.h asks for: this is a Cortex-M3 r2p1 with three bits of priority.
#define __CM3_REV (0x0201)
#define __MPU_PRESENT (1)
#define __NVIC_PRIO_BITS (3)
#define __Vendor_SysTickConfig (0)
#include "core_cm3.h"

// [AN385] clocks.
#define MPS2_SYSCLK_HZ (25000000)

// Priorities, the most urgent first. lwIP runs in PendSV, below everything else; Ctrl-C is seen whatever runs.
#define IRQ_PRI_SYSTICK (0)
#define IRQ_PRI_UART (1)
#define IRQ_PRI_ETHERNET (2)
#define IRQ_PRI_PENDSV (7)

// [CMSDK] UART registers; UART0's base is [AN385]'s.
typedef struct {
    volatile uint32_t DATA;
    volatile uint32_t STATE;
    volatile uint32_t CTRL;
    volatile uint32_t INTSTATUS; // write 1 to clear
    volatile uint32_t BAUDDIV;
} mps2_uart_t;

#define MPS2_UART0 ((mps2_uart_t *)0x40004000)

#define UART_STATE_TXFULL (1 << 0)
#define UART_STATE_RXFULL (1 << 1)
#define UART_CTRL_TXEN (1 << 0)
#define UART_CTRL_RXEN (1 << 1)
#define UART_CTRL_RXINTEN (1 << 3)
#define UART_INT_RX (1 << 1)

// [AN385] FPGA system control registers, from 0x40028000.
typedef struct {
    volatile uint32_t LED;
    uint32_t reserved0;
    volatile uint32_t BUTTON;
    uint32_t reserved1;
    volatile uint32_t CLK1HZ;
    volatile uint32_t CLK100HZ;
    volatile uint32_t COUNTER;  // counts each PRESCALE + 1 cycles of SYSCLK
    volatile uint32_t PRESCALE;
} mps2_fpgaio_t;

#define MPS2_FPGAIO ((mps2_fpgaio_t *)0x40028000)

// Mask interrupts altogether, for a few instructions.
static inline uint32_t disable_irq(void) {
    uint32_t state = __get_PRIMASK();
    __disable_irq();
    return state;
}

static inline void enable_irq(uint32_t state) {
    __set_PRIMASK(state);
}

// Mask the interrupts of this priority and less urgent ones.
static inline uint32_t raise_irq_pri(uint32_t priority) {
    uint32_t state = __get_BASEPRI();
    __set_BASEPRI_MAX(priority << (8 - __NVIC_PRIO_BITS));
    return state;
}

static inline void restore_irq_pri(uint32_t state) {
    __set_BASEPRI(state);
}

static inline void pend_pendsv(void) {
    SCB->ICSR = SCB_ICSR_PENDSVSET_Msk;
}

#endif // MPS2_AN385_MPS2_H
