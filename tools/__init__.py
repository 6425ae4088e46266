"""The host's side of MicroWebSrv2: sources, builds, device folders. `python3 -m tools` lists the verbs."""
