// The LAN9118 as a network interface of lwIP.

#include <string.h>

#include "py/mphal.h"
#include "extmod/modnetwork.h"
#include "lwip/apps/mdns.h"
#include "lwip/dhcp.h"
#include "lwip/etharp.h"
#include "lwip/netif.h"
#include "netif/ethernet.h"
#include "eth.h"
#include "lan9118.h"
#include "mpnetworkport.h"
#include "rng.h"

static struct netif eth;
static struct dhcp dhcp;
static bool present;
static bool active;

// A frame on its way out, in one piece. Whoever sends holds the network's lock.
static uint32_t tx_frame[(LAN9118_FRAME_MAX + 3) / 4];

static err_t eth_output(struct netif *netif, struct pbuf *p) {
    uint32_t state = network_lock();
    err_t result = ERR_BUF;
    if (p->tot_len <= LAN9118_FRAME_MAX) {
        pbuf_copy_partial(p, tx_frame, p->tot_len, 0);
        result = lan9118_send((const uint8_t *)tx_frame, p->tot_len) ? ERR_OK : ERR_BUF;
    }
    network_unlock(state);
    return result;
}

static err_t eth_netif_init(struct netif *netif) {
    netif->linkoutput = eth_output;
    netif->output = etharp_output;
    netif->mtu = 1500;
    netif->flags = NETIF_FLAG_BROADCAST | NETIF_FLAG_ETHARP | NETIF_FLAG_ETHERNET | NETIF_FLAG_IGMP;
    netif->name[0] = 'e';
    netif->name[1] = '0';
    netif->hwaddr_len = LAN9118_MAC_LENGTH;
    lan9118_get_mac(netif->hwaddr);
    return ERR_OK;
}

bool eth_init(void) {
    present = lan9118_init();
    if (present) {
        uint8_t mac[LAN9118_MAC_LENGTH];
        lan9118_get_mac(mac);
        rng_stir(mac[2] << 24 | mac[3] << 16 | mac[4] << 8 | mac[5]);
    }
    return present;
}

// Returns whether it has changed.
static bool update_link(void) {
    bool link = lan9118_link();
    if (link == (bool)netif_is_link_up(&eth)) {
        return false;
    }
    if (link) {
        netif_set_link_up(&eth);
    } else {
        netif_set_link_down(&eth);
    }
    return true;
}

static void start_locked(void) {
    netif_add(&eth, NULL, NULL, NULL, NULL, eth_netif_init, ethernet_input);
    netif_set_hostname(&eth, mod_network_hostname_data);
    netif_set_default(&eth);
    netif_set_up(&eth);
    dhcp_set_struct(&eth, &dhcp);
    lan9118_start();
    update_link();
    dhcp_start(&eth);
    mdns_resp_add_netif(&eth, mod_network_hostname_data);
    active = true;
}

// After a soft reset the interface is on, with an address, and may have got another name.
static void rename_locked(void) {
    mdns_resp_rename_netif(&eth, mod_network_hostname_data);
    if (dhcp_supplied_address(&eth)) {
        dhcp_renew(&eth);
    }
}

void eth_start(void) {
    uint32_t state = network_lock();
    if (active) {
        rename_locked();
    } else if (present) {
        start_locked();
    }
    network_unlock(state);
}

void eth_stop(void) {
    uint32_t state = network_lock();
    if (active) {
        active = false;
        mdns_resp_remove_netif(&eth);
        dhcp_release_and_stop(&eth);
        netif_remove(&eth);
        lan9118_stop();
    }
    network_unlock(state);
}

bool eth_is_active(void) {
    return active;
}

int eth_status(void) {
    if (!active || !netif_is_link_up(&eth)) {
        return ETH_LINK_DOWN;
    }
    return ip4_addr_isany(netif_ip4_addr(&eth)) ? ETH_LINK_NO_IP : ETH_LINK_HAS_IP;
}

struct netif *eth_netif(void) {
    return &eth;
}

static void take_frame(size_t length) {
    // Words are read: room for a whole last one.
    struct pbuf *p = pbuf_alloc(PBUF_RAW, (length + 3) & ~3, PBUF_POOL);
    if (p == NULL) {
        // Lost, as on a wire; whoever sent it sends it again.
        lan9118_skip_frame(length);
        return;
    }
    lan9118_read_frame(p->payload, length);
    pbuf_realloc(p, length);
    if (eth.input(p, &eth) != ERR_OK) {
        pbuf_free(p);
    }
}

bool eth_poll(void) {
    if (!active) {
        return false;
    }
    bool changed = false;
    lan9118_irq_begin();
    for (size_t length; (length = lan9118_next_frame()) > 0;) {
        take_frame(length);
        changed = true;
    }
    changed |= update_link();
    lan9118_irq_end();
    return changed;
}
