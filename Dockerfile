# The toolchains of the boards, for a machine that has none of them: `make docker BOARD=X` builds the stage that the
# board needs and runs `make firmware` in it. The repository is mounted, not copied: nothing of it is in the images.

ARG DEBIAN=docker.io/library/debian:trixie-slim
ARG ESP_IDF=docker.io/espressif/idf:v5.2.2

# The compilers for this machine and for Arm. UNIX, MPS2_AN385 and WIPY need no more: their source comes from Debian.
FROM ${DEBIAN} AS compilers
RUN apt-get update \
    && DEBIAN_FRONTEND=noninteractive apt-get install --yes --no-install-recommends \
        ca-certificates dfu-util dpkg-dev gcc gcc-arm-none-eabi git libc6-dev libnewlib-arm-none-eabi make python3-venv \
        qemu-system-arm \
    && rm -rf /var/lib/apt/lists/*

# MicroPython with the submodules that boards need: the tag's commit and no other.
FROM compilers AS source
ARG MICROPYTHON_TAG=v1.25.0
ARG MICROPYTHON_COMMIT=f498a16c7db6d4b2de200b3e0856528dfe0613c3
RUN git clone --depth 1 --branch ${MICROPYTHON_TAG} https://github.com/micropython/micropython /opt/micropython \
    && test "$(git -C /opt/micropython rev-parse HEAD)" = ${MICROPYTHON_COMMIT} \
    && git -C /opt/micropython submodule update --init --depth 1 \
        lib/berkeley-db-1.xx lib/cyw43-driver lib/lwip lib/mbedtls lib/micropython-lib lib/stm32lib lib/tinyusb lib/wiznet5k

# The Pyboards.
FROM compilers AS stm32
COPY --from=source /opt/micropython /opt/micropython
ENV MPY_DIR=/opt/micropython

# The ESP32 boards. ESP-IDF writes what it fetches into the port's folder, whoever runs it.
FROM ${ESP_IDF} AS esp32
RUN apt-get update \
    && DEBIAN_FRONTEND=noninteractive apt-get install --yes --no-install-recommends dpkg-dev gcc libc6-dev make python3-venv \
    && rm -rf /var/lib/apt/lists/* \
    && git config --system --add safe.directory '*'
COPY --from=source /opt/micropython /opt/micropython
RUN chmod -R a+rwX /opt/micropython/ports/esp32
ENV MPY_DIR=/opt/micropython
ENTRYPOINT []
