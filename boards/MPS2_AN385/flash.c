// mps2.Flash: the block device of the file system, in the PSRAM. The machine has no flash chip; this memory behaves like
// one: erased it is 0xFF, and writing only clears bits. It keeps its content over a reset, and QEMU can fill it from a
// file or back it by one.

#include <string.h>

#include "py/mperrno.h"
#include "py/runtime.h"
#include "extmod/vfs.h"
#include "flash.h"

// What the SPI flash chips of most boards erase at once.
#define FLASH_BLOCK_SIZE (4096)

extern uint8_t _flash_start[], _flash_size[];

#define FLASH_BLOCK_COUNT ((uintptr_t)_flash_size / FLASH_BLOCK_SIZE)

static const mp_obj_base_t mps2_flash_obj = { &mps2_flash_type };

static mp_obj_t flash_make_new(const mp_obj_type_t *type, size_t n_args, size_t n_kw, const mp_obj_t *args) {
    mp_arg_check_num(n_args, n_kw, 0, 0, false);
    return MP_OBJ_FROM_PTR(&mps2_flash_obj);
}

// Where a block's bytes lie. Raises OSError where `length` bytes from there are not all inside.
static uint8_t *flash_address(mp_int_t block, mp_int_t offset, size_t length) {
    uintptr_t size = (uintptr_t)_flash_size;
    if (block < 0 || offset < 0 || (size_t)block >= FLASH_BLOCK_COUNT || (size_t)offset > size
        || length > size || block * FLASH_BLOCK_SIZE + offset > size - length) {
        mp_raise_OSError(MP_EINVAL);
    }
    return &_flash_start[block * FLASH_BLOCK_SIZE + offset];
}

// readblocks(block_num, buffer[, offset])
static mp_obj_t flash_readblocks(size_t n_args, const mp_obj_t *args) {
    mp_buffer_info_t buffer;
    mp_get_buffer_raise(args[2], &buffer, MP_BUFFER_WRITE);
    mp_int_t offset = n_args == 4 ? mp_obj_get_int(args[3]) : 0;
    memcpy(buffer.buf, flash_address(mp_obj_get_int(args[1]), offset, buffer.len), buffer.len);
    return MP_OBJ_NEW_SMALL_INT(0);
}
static MP_DEFINE_CONST_FUN_OBJ_VAR_BETWEEN(flash_readblocks_obj, 3, 4, flash_readblocks);

// writeblocks(block_num, buffer) erases first, writeblocks(block_num, buffer, offset) does not.
static mp_obj_t flash_writeblocks(size_t n_args, const mp_obj_t *args) {
    mp_buffer_info_t buffer;
    mp_get_buffer_raise(args[2], &buffer, MP_BUFFER_READ);
    mp_int_t offset = n_args == 4 ? mp_obj_get_int(args[3]) : 0;
    uint8_t *dest = flash_address(mp_obj_get_int(args[1]), offset, buffer.len);
    if (n_args == 3) {
        memcpy(dest, buffer.buf, buffer.len);
        return MP_OBJ_NEW_SMALL_INT(0);
    }
    for (size_t i = 0; i < buffer.len; ++i) {
        dest[i] &= ((const uint8_t *)buffer.buf)[i];
    }
    return MP_OBJ_NEW_SMALL_INT(0);
}
static MP_DEFINE_CONST_FUN_OBJ_VAR_BETWEEN(flash_writeblocks_obj, 3, 4, flash_writeblocks);

// ioctl(operation, argument)
static mp_obj_t flash_ioctl(mp_obj_t self, mp_obj_t operation, mp_obj_t argument) {
    switch (mp_obj_get_int(operation)) {
        case MP_BLOCKDEV_IOCTL_INIT:
        case MP_BLOCKDEV_IOCTL_DEINIT:
        case MP_BLOCKDEV_IOCTL_SYNC:
            return MP_OBJ_NEW_SMALL_INT(0);
        case MP_BLOCKDEV_IOCTL_BLOCK_COUNT:
            return MP_OBJ_NEW_SMALL_INT(FLASH_BLOCK_COUNT);
        case MP_BLOCKDEV_IOCTL_BLOCK_SIZE:
            return MP_OBJ_NEW_SMALL_INT(FLASH_BLOCK_SIZE);
        case MP_BLOCKDEV_IOCTL_BLOCK_ERASE:
            memset(flash_address(mp_obj_get_int(argument), 0, FLASH_BLOCK_SIZE), 0xff, FLASH_BLOCK_SIZE);
            return MP_OBJ_NEW_SMALL_INT(0);
        default:
            return mp_const_none;
    }
}
static MP_DEFINE_CONST_FUN_OBJ_3(flash_ioctl_obj, flash_ioctl);

static const mp_rom_map_elem_t flash_locals_dict_table[] = {
    { MP_ROM_QSTR(MP_QSTR_readblocks), MP_ROM_PTR(&flash_readblocks_obj) },
    { MP_ROM_QSTR(MP_QSTR_writeblocks), MP_ROM_PTR(&flash_writeblocks_obj) },
    { MP_ROM_QSTR(MP_QSTR_ioctl), MP_ROM_PTR(&flash_ioctl_obj) },
};
static MP_DEFINE_CONST_DICT(flash_locals_dict, flash_locals_dict_table);

MP_DEFINE_CONST_OBJ_TYPE(
    mps2_flash_type,
    MP_QSTR_Flash,
    MP_TYPE_FLAG_NONE,
    make_new, flash_make_new,
    locals_dict, &flash_locals_dict
    );
