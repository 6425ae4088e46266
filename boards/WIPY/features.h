// What of MicroPython the WiPy goes without, beyond what its port leaves out: the image and the heap share its memory.
// The WiPy's image and its stand-in on the unix port both have it. Behind each: the bytes that it saves.
