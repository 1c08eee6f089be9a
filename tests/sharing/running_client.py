"""Runs a program with the official client: `python running_client.py PROGRAM ARGUMENT...`.

It ends the process when the program is through, without taking down the client's libraries: one of
them now and then aborts then, when everything has been read and said.
"""

import os
import runpy
import sys

if __name__ == "__main__":
    sys.argv = sys.argv[1:]
    runpy.run_path(sys.argv[0], run_name="__main__")
    sys.stdout.flush()
    os._exit(0)
