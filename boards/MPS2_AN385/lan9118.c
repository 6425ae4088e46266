// SMSC LAN9118 Ethernet controller.
//
// [DS] SMSC, "LAN9118 High Performance Single-Chip 10/100 Non-PCI Ethernet Controller", data sheet.
// [AN385] puts it at 0x40200000, with interrupt 13.

#include "py/mphal.h"
#include "lan9118.h"
#include "mps2.h"
#include "rng.h"

// [DS] 5.3 System control and status registers.
typedef struct {
    volatile uint32_t RX_DATA_FIFO;     // 0x00
    uint32_t rx_alias[7];
    volatile uint32_t TX_DATA_FIFO;     // 0x20
    uint32_t tx_alias[7];
    volatile uint32_t RX_STATUS_FIFO;   // 0x40
    volatile uint32_t RX_STATUS_PEEK;   // 0x44
    volatile uint32_t TX_STATUS_FIFO;   // 0x48
    volatile uint32_t TX_STATUS_PEEK;   // 0x4c
    volatile uint32_t ID_REV;           // 0x50
    volatile uint32_t IRQ_CFG;          // 0x54
    volatile uint32_t INT_STS;          // 0x58, write 1 to clear
    volatile uint32_t INT_EN;           // 0x5c
    uint32_t reserved0;
    volatile uint32_t BYTE_TEST;        // 0x64
    volatile uint32_t FIFO_INT;         // 0x68
    volatile uint32_t RX_CFG;           // 0x6c
    volatile uint32_t TX_CFG;           // 0x70
    volatile uint32_t HW_CFG;           // 0x74
    volatile uint32_t RX_DP_CTRL;       // 0x78
    volatile uint32_t RX_FIFO_INF;      // 0x7c
    volatile uint32_t TX_FIFO_INF;      // 0x80
    uint32_t reserved1[8];
    volatile uint32_t MAC_CSR_CMD;      // 0xa4
    volatile uint32_t MAC_CSR_DATA;     // 0xa8
} lan9118_t;

#define LAN ((lan9118_t *)0x40200000)

#define BYTE_TEST_VALUE (0x87654321)

// Interrupt line: enabled, active high, push-pull. Without the last two AN385's line is inverted.
#define IRQ_CFG_EN (1 << 8)
#define IRQ_CFG_POL (1 << 4)
#define IRQ_CFG_TYPE (1 << 0)

#define INT_PHY (1 << 18)
#define INT_RSFL (1 << 3)               // more than FIFO_INT's level of receive statuses: a frame is there

#define RX_CFG_DUMP (1 << 15)
#define TX_CFG_ON (1 << 1)
#define TX_CFG_DUMP (3 << 14)           // data and status
#define HW_CFG_SRST (1 << 0)
#define HW_CFG_SF (1 << 20)             // "must be one": whole frames wait in the transmit FIFO
#define HW_CFG_TX_FIF_SZ(kilobytes) ((kilobytes) << 16)

#define RX_STS_LENGTH(status) (((status) >> 16) & 0x3fff) // with the CRC
#define RX_STS_ERROR (1 << 15)
#define RX_FIFO_INF_STATUSES(inf) (((inf) >> 16) & 0xff)
#define TX_FIFO_INF_STATUSES(inf) (((inf) >> 16) & 0xff)
#define TX_FIFO_INF_FREE(inf) ((inf) & 0xffff)

#define CRC_LENGTH (4)

#define TX_CMD_A_FIRST (1 << 13)
#define TX_CMD_A_LAST (1 << 12)

// [DS] 5.4 MAC control and status registers, reached through MAC_CSR_CMD.
#define MAC_CR (1)
#define MAC_ADDRH (2)
#define MAC_ADDRL (3)
#define MAC_MII_ACC (6)
#define MAC_MII_DATA (7)

#define MAC_CSR_BUSY (1u << 31)
#define MAC_CSR_READ (1u << 30)

#define MAC_CR_FDPX (1 << 20)
#define MAC_CR_MCPAS (1 << 19)          // all multicast frames: mDNS
#define MAC_CR_TXEN (1 << 3)
#define MAC_CR_RXEN (1 << 2)

#define MII_ACC_PHY (1 << 11)           // the internal PHY has address 1
#define MII_ACC_INDEX(index) ((index) << 6)
#define MII_ACC_WRITE (1 << 1)
#define MII_ACC_BUSY (1 << 0)

// [DS] 5.5 PHY registers.
#define PHY_STATUS (1)
#define PHY_INT_SOURCE (29)             // reading clears it
#define PHY_INT_MASK (30)

#define PHY_STATUS_LINK (1 << 2)
#define PHY_INT_NEGOTIATED (1 << 6)
#define PHY_INT_LINK_DOWN (1 << 4)

#define INTERRUPTS (INT_PHY | INT_RSFL)

static bool started;

static uint32_t mac_read(uint32_t index) {
    LAN->MAC_CSR_CMD = MAC_CSR_BUSY | MAC_CSR_READ | index;
    while (LAN->MAC_CSR_CMD & MAC_CSR_BUSY) {
    }
    return LAN->MAC_CSR_DATA;
}

static void mac_write(uint32_t index, uint32_t value) {
    LAN->MAC_CSR_DATA = value;
    LAN->MAC_CSR_CMD = MAC_CSR_BUSY | index;
    while (LAN->MAC_CSR_CMD & MAC_CSR_BUSY) {
    }
}

static uint32_t phy_read(uint32_t index) {
    mac_write(MAC_MII_ACC, MII_ACC_PHY | MII_ACC_INDEX(index) | MII_ACC_BUSY);
    while (mac_read(MAC_MII_ACC) & MII_ACC_BUSY) {
    }
    return mac_read(MAC_MII_DATA) & 0xffff;
}

static void phy_write(uint32_t index, uint32_t value) {
    mac_write(MAC_MII_DATA, value);
    mac_write(MAC_MII_ACC, MII_ACC_PHY | MII_ACC_INDEX(index) | MII_ACC_WRITE | MII_ACC_BUSY);
    while (mac_read(MAC_MII_ACC) & MII_ACC_BUSY) {
    }
}

bool lan9118_init(void) {
    if (LAN->BYTE_TEST != BYTE_TEST_VALUE) {
        return false;
    }
    LAN->HW_CFG = HW_CFG_SRST;
    while (LAN->HW_CFG & HW_CFG_SRST) {
    }
    LAN->INT_EN = 0;
    // Of 16 KB, 2 KB for a frame to send and the rest for what comes in a burst.
    LAN->HW_CFG = HW_CFG_SF | HW_CFG_TX_FIF_SZ(2);
    LAN->FIFO_INT = 0;
    LAN->IRQ_CFG = IRQ_CFG_EN | IRQ_CFG_POL | IRQ_CFG_TYPE;
    phy_write(PHY_INT_MASK, PHY_INT_NEGOTIATED | PHY_INT_LINK_DOWN);
    phy_read(PHY_INT_SOURCE);
    NVIC_SetPriority(ETHERNET_IRQn, IRQ_PRI_ETHERNET);
    NVIC_EnableIRQ(ETHERNET_IRQn);
    return true;
}

void lan9118_start(void) {
    LAN->TX_CFG = TX_CFG_ON;
    mac_write(MAC_CR, MAC_CR_FDPX | MAC_CR_MCPAS | MAC_CR_TXEN | MAC_CR_RXEN);
    started = true;
    LAN->INT_EN = INTERRUPTS;
}

void lan9118_stop(void) {
    started = false;
    LAN->INT_EN = 0;
    mac_write(MAC_CR, 0);
    LAN->RX_CFG = RX_CFG_DUMP;
    LAN->RX_CFG = 0;
    LAN->TX_CFG = TX_CFG_DUMP;
}

// As the chip has it since its reset, from its EEPROM.
void lan9118_get_mac(uint8_t *mac) {
    uint32_t low = mac_read(MAC_ADDRL);
    uint32_t high = mac_read(MAC_ADDRH);
    for (int i = 0; i < LAN9118_MAC_LENGTH; ++i) {
        mac[i] = i < 4 ? low >> (8 * i) : high >> (8 * (i - 4));
    }
}

bool lan9118_link(void) {
    return phy_read(PHY_STATUS) & PHY_STATUS_LINK;
}

static void forget_tx_statuses(void) {
    while (TX_FIFO_INF_STATUSES(LAN->TX_FIFO_INF) > 0) {
        (void)LAN->TX_STATUS_FIFO;
    }
}

bool lan9118_send(const uint8_t *frame, size_t length) {
    forget_tx_statuses();
    // The two command words lie in the FIFO too.
    size_t words = (length + 3) / 4;
    if (length > LAN9118_FRAME_MAX || TX_FIFO_INF_FREE(LAN->TX_FIFO_INF) < 4 * words + 8) {
        return false;
    }
    LAN->TX_DATA_FIFO = TX_CMD_A_FIRST | TX_CMD_A_LAST | length;
    LAN->TX_DATA_FIFO = length << 16 | length;
    // The frame's buffer is aligned and has room for a whole last word.
    for (size_t i = 0; i < words; ++i) {
        LAN->TX_DATA_FIFO = ((const uint32_t *)(const void *)frame)[i];
    }
    return true;
}

// Silence the chip, whose line stays high until its causes are gone, and have PendSV look at them.
void ETHERNET_Handler(void) {
    LAN->INT_EN = 0;
    rng_stir(MPS2_FPGAIO->COUNTER);
    pend_pendsv();
}

void lan9118_irq_begin(void) {
    LAN->INT_STS = INT_RSFL;
    if (LAN->INT_STS & INT_PHY) {
        phy_read(PHY_INT_SOURCE);
        LAN->INT_STS = INT_PHY;
    }
}

size_t lan9118_next_frame(void) {
    while (RX_FIFO_INF_STATUSES(LAN->RX_FIFO_INF) > 0) {
        uint32_t status = LAN->RX_STATUS_FIFO;
        size_t length = RX_STS_LENGTH(status);
        if (!(status & RX_STS_ERROR) && length > CRC_LENGTH && length - CRC_LENGTH <= LAN9118_FRAME_MAX) {
            return length - CRC_LENGTH;
        }
        if (length > 0) {
            lan9118_skip_frame(length - CRC_LENGTH);
        }
    }
    return 0;
}

void lan9118_read_frame(uint8_t *frame, size_t length) {
    // The words of the CRC come out too; the frame's buffer has room for a whole last word of its own.
    size_t words = (length + CRC_LENGTH + 3) / 4;
    size_t kept = (length + 3) / 4;
    for (size_t i = 0; i < words; ++i) {
        uint32_t word = LAN->RX_DATA_FIFO;
        if (i < kept) {
            ((uint32_t *)(void *)frame)[i] = word;
        }
    }
}

void lan9118_skip_frame(size_t length) {
    for (size_t words = (length + CRC_LENGTH + 3) / 4; words > 0; --words) {
        (void)LAN->RX_DATA_FIFO;
    }
}

void lan9118_irq_end(void) {
    if (started) {
        LAN->INT_EN = INTERRUPTS;
    }
}
