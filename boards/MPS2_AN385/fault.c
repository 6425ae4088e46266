// What a processor fault says on the console before the board starts again.
//
// Register names and bits: Armv7-M Architecture Reference Manual, B3.2 "System Control Space" and B1.5.6 (the frame).

#include "py/mphal.h"
#include "py/mpprint.h"
#include "mps2.h"
#include "uart.h"

// What the processor stacked when it took the exception.
typedef struct {
    uint32_t r0, r1, r2, r3, r12, lr, pc, psr;
} exception_frame_t;

extern uint32_t _sstack, _estack;

static const char *const exception_names[] = {
    [2] = "NMI",
    [3] = "HardFault",
    [4] = "MemManage",
    [5] = "BusFault",
    [6] = "UsageFault",
};

static void report_cause(uint32_t cfsr) {
    if (cfsr & SCB_CFSR_BFARVALID_Msk) {
        mp_printf(&mp_plat_print, "address 0x%08x cannot be accessed\n", (unsigned)SCB->BFAR);
    }
    if (cfsr & SCB_CFSR_MMARVALID_Msk) {
        mp_printf(&mp_plat_print, "address 0x%08x is forbidden\n", (unsigned)SCB->MMFAR);
    }
    if (cfsr & (SCB_CFSR_STKERR_Msk | SCB_CFSR_MSTKERR_Msk)) {
        mp_printf(&mp_plat_print, "the stack has run over its end\n");
    }
    if (cfsr & SCB_CFSR_UNDEFINSTR_Msk) {
        mp_printf(&mp_plat_print, "undefined instruction\n");
    }
    if (cfsr & SCB_CFSR_DIVBYZERO_Msk) {
        mp_printf(&mp_plat_print, "division by zero\n");
    }
}

__attribute__((noreturn, used))
static void report_fault(const exception_frame_t *frame) {
    uint32_t number = SCB->ICSR & SCB_ICSR_VECTACTIVE_Msk;
    const char *name = number < MP_ARRAY_SIZE(exception_names) ? exception_names[number] : NULL;
    // With nothing left to mask, the console is written by polling alone.
    __disable_irq();
    mp_printf(&mp_plat_print, "\nFAULT: %s (exception %u)\n", name ? name : "unexpected interrupt", (unsigned)number);
    uint32_t cfsr = SCB->CFSR;
    mp_printf(&mp_plat_print, "CFSR 0x%08x  HFSR 0x%08x  BFAR 0x%08x  SP 0x%08x\n",
        (unsigned)cfsr, (unsigned)SCB->HFSR, (unsigned)SCB->BFAR, (unsigned)frame);
    // A frame that could not be stacked holds nothing.
    if (frame >= (exception_frame_t *)&_sstack && frame < (exception_frame_t *)&_estack) {
        mp_printf(&mp_plat_print, "PC   0x%08x  LR   0x%08x  PSR  0x%08x\n",
            (unsigned)frame->pc, (unsigned)frame->lr, (unsigned)frame->psr);
        mp_printf(&mp_plat_print, "R0   0x%08x  R1   0x%08x  R2   0x%08x  R3   0x%08x  R12  0x%08x\n",
            (unsigned)frame->r0, (unsigned)frame->r1, (unsigned)frame->r2, (unsigned)frame->r3, (unsigned)frame->r12);
    }
    report_cause(cfsr);
    mp_printf(&mp_plat_print, "the board starts again\n");
    NVIC_SystemReset();
}

// All of them: hand over the frame, and go on with a fresh stack, as the old one may be what failed.
__attribute__((naked)) void HardFault_Handler(void) {
    __asm volatile (
        "mov r0, sp\n"
        "ldr r1, =_estack\n"
        "mov sp, r1\n"
        "b report_fault\n"
        );
}

__attribute__((alias("HardFault_Handler"))) void NMI_Handler(void);
__attribute__((alias("HardFault_Handler"))) void MemManage_Handler(void);
__attribute__((alias("HardFault_Handler"))) void BusFault_Handler(void);
__attribute__((alias("HardFault_Handler"))) void UsageFault_Handler(void);
__attribute__((alias("HardFault_Handler"))) void Unexpected_Handler(void);
