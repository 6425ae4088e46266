// network.LAN: the wired interface for Python.

#include "py/mperrno.h"
#include "py/runtime.h"
#include "extmod/modnetwork.h"
#include "lwip/netif.h"
#include "eth.h"
#include "lan9118.h"

typedef struct _network_lan_obj_t {
    mp_obj_base_t base;
} network_lan_obj_t;

static const network_lan_obj_t network_lan_obj = { { &network_lan_type } };

static void network_lan_print(const mp_print_t *print, mp_obj_t self_in, mp_print_kind_t kind) {
    const uint8_t *ip = (const uint8_t *)&eth_netif()->ip_addr;
    mp_printf(print, "<LAN status=%d ip=%u.%u.%u.%u>", eth_status(), ip[0], ip[1], ip[2], ip[3]);
}

static mp_obj_t network_lan_make_new(const mp_obj_type_t *type, size_t n_args, size_t n_kw, const mp_obj_t *args) {
    mp_arg_check_num(n_args, n_kw, 0, 0, false);
    mod_network_register_nic(MP_OBJ_FROM_PTR(&network_lan_obj));
    return MP_OBJ_FROM_PTR(&network_lan_obj);
}

// active([on])
static mp_obj_t network_lan_active(size_t n_args, const mp_obj_t *args) {
    if (n_args == 1) {
        return mp_obj_new_bool(eth_is_active());
    }
    if (!mp_obj_is_true(args[1])) {
        eth_stop();
        return mp_const_none;
    }
    eth_start();
    if (!eth_is_active()) {
        mp_raise_OSError(MP_ENODEV);
    }
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_VAR_BETWEEN(network_lan_active_obj, 1, 2, network_lan_active);

static mp_obj_t network_lan_isconnected(mp_obj_t self) {
    return mp_obj_new_bool(eth_status() == ETH_LINK_HAS_IP);
}
static MP_DEFINE_CONST_FUN_OBJ_1(network_lan_isconnected_obj, network_lan_isconnected);

static mp_obj_t network_lan_status(mp_obj_t self) {
    return MP_OBJ_NEW_SMALL_INT(eth_status());
}
static MP_DEFINE_CONST_FUN_OBJ_1(network_lan_status_obj, network_lan_status);

static void require_active(void) {
    if (!eth_is_active()) {
        mp_raise_msg(&mp_type_OSError, MP_ERROR_TEXT("LAN is not active"));
    }
}

// ifconfig(), ifconfig((ip, mask, gateway, dns)), ifconfig("dhcp")
static mp_obj_t network_lan_ifconfig(size_t n_args, const mp_obj_t *args) {
    if (n_args > 1) {
        require_active();
    }
    return mod_network_nic_ifconfig(eth_netif(), n_args - 1, args + 1);
}
static MP_DEFINE_CONST_FUN_OBJ_VAR_BETWEEN(network_lan_ifconfig_obj, 1, 2, network_lan_ifconfig);

static mp_obj_t network_lan_ipconfig(size_t n_args, const mp_obj_t *args, mp_map_t *kwargs) {
    require_active();
    return mod_network_nic_ipconfig(eth_netif(), n_args - 1, args + 1, kwargs);
}
static MP_DEFINE_CONST_FUN_OBJ_KW(network_lan_ipconfig_obj, 1, network_lan_ipconfig);

// config("mac")
static mp_obj_t network_lan_config(mp_obj_t self, mp_obj_t name) {
    if (mp_obj_str_get_qstr(name) != MP_QSTR_mac) {
        mp_raise_ValueError(MP_ERROR_TEXT("unknown config param"));
    }
    uint8_t mac[LAN9118_MAC_LENGTH];
    lan9118_get_mac(mac);
    return mp_obj_new_bytes(mac, sizeof(mac));
}
static MP_DEFINE_CONST_FUN_OBJ_2(network_lan_config_obj, network_lan_config);

static const mp_rom_map_elem_t network_lan_locals_dict_table[] = {
    { MP_ROM_QSTR(MP_QSTR_active), MP_ROM_PTR(&network_lan_active_obj) },
    { MP_ROM_QSTR(MP_QSTR_isconnected), MP_ROM_PTR(&network_lan_isconnected_obj) },
    { MP_ROM_QSTR(MP_QSTR_status), MP_ROM_PTR(&network_lan_status_obj) },
    { MP_ROM_QSTR(MP_QSTR_ifconfig), MP_ROM_PTR(&network_lan_ifconfig_obj) },
    { MP_ROM_QSTR(MP_QSTR_ipconfig), MP_ROM_PTR(&network_lan_ipconfig_obj) },
    { MP_ROM_QSTR(MP_QSTR_config), MP_ROM_PTR(&network_lan_config_obj) },
};
static MP_DEFINE_CONST_DICT(network_lan_locals_dict, network_lan_locals_dict_table);

MP_DEFINE_CONST_OBJ_TYPE(
    network_lan_type,
    MP_QSTR_LAN,
    MP_TYPE_FLAG_NONE,
    make_new, network_lan_make_new,
    print, network_lan_print,
    locals_dict, &network_lan_locals_dict
    );
