// Preloaded into QEMU: its user network listens for the board with room for one client; a crowd finds room here.

#define _GNU_SOURCE
#include <dlfcn.h>

#define ROOM 256

int listen(int fd, int backlog) {
    int (*real)(int, int) = (int (*)(int, int))dlsym(RTLD_NEXT, "listen");
    return real(fd, backlog < ROOM ? ROOM : backlog);
}
