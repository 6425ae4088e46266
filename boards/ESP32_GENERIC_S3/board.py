"""The board, for the firmware around the server."""

NAME = "ESP32_GENERIC_S3"
