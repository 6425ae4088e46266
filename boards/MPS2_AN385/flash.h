#ifndef MPS2_AN385_FLASH_H
#define MPS2_AN385_FLASH_H

#include "py/obj.h"

extern const mp_obj_type_t mps2_flash_type;

#endif // MPS2_AN385_FLASH_H
