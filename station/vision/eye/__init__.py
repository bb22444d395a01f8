"""The program that reads a camera, in a process of its own: the kiosk starts, watches and ends it.

A read that hangs in a driver, or a crash in it, costs this process and not the screen; and camera
modules are read by the system's own Python, which picamera2 needs. So nothing in here imports
anything but the standard library at its top, and none of our packages outside of this folder.
"""
