#ifndef MPS2_AN385_ETH_H
#define MPS2_AN385_ETH_H

#include <stdbool.h>

// The Ethernet interface as lwIP sees it: its netif, on the LAN9118.

struct netif;

// What eth_status() tells, as network.LAN.status() does on other ports.
enum {
    ETH_LINK_DOWN = 0,
    ETH_LINK_UP = 1,
    ETH_LINK_NO_IP = 2,
    ETH_LINK_HAS_IP = 3,
};

// Once, after lwIP's. False if the machine has no Ethernet controller.
bool eth_init(void);

// Switch the interface on and ask DHCP for an address; or off.
void eth_start(void);
void eth_stop(void);

bool eth_is_active(void);
int eth_status(void);
struct netif *eth_netif(void);

// Take in what came. Returns whether there was something. Runs in PendSV.
bool eth_poll(void);

#endif // MPS2_AN385_ETH_H
