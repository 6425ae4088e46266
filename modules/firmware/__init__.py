"""The device around the server: configuration, network, start, log and status of a board that ships MicroWebSrv2."""
