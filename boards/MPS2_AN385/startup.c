// The vector table, and what runs before main().

#include "mps2.h"

extern uint32_t _estack, _sidata, _sdata, _edata, _sbss, _ebss;

int main(void);

void NMI_Handler(void);
void HardFault_Handler(void);
void MemManage_Handler(void);
void BusFault_Handler(void);
void UsageFault_Handler(void);
void PendSV_Handler(void);
void SysTick_Handler(void);
void UART0_RX_Handler(void);
void ETHERNET_Handler(void);

// An interrupt that nobody enabled: the fault report names it by its number in ICSR.
void Unexpected_Handler(void);

__attribute__((noreturn)) void Reset_Handler(void) {
    for (uint32_t *source = &_sidata, *dest = &_sdata; dest < &_edata;) {
        *dest++ = *source++;
    }
    for (uint32_t *dest = &_sbss; dest < &_ebss;) {
        *dest++ = 0;
    }
    main();
    NVIC_SystemReset();
}

typedef void (*vector_t)(void);

__attribute__((section(".isr_vector"), used))
static const vector_t isr_vector[16 + MPS2_NUM_IRQS] = {
    (vector_t)&_estack,
    Reset_Handler,
    NMI_Handler,
    HardFault_Handler,
    MemManage_Handler,
    BusFault_Handler,
    UsageFault_Handler,
    0, 0, 0, 0,
    Unexpected_Handler, // SVCall
    Unexpected_Handler, // DebugMonitor
    0,
    PendSV_Handler,
    SysTick_Handler,
    UART0_RX_Handler, // IRQ 0
    [16 + UART0_RX_IRQn + 1 ... 16 + ETHERNET_IRQn - 1] = Unexpected_Handler,
    [16 + ETHERNET_IRQn] = ETHERNET_Handler,
    [16 + ETHERNET_IRQn + 1 ... 16 + MPS2_NUM_IRQS - 1] = Unexpected_Handler,
};
