"""Runs after boot.py: serves until Ctrl-C."""

from firmware import launcher

launcher.Main()
