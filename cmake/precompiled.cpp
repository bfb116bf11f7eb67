// Nothing: it is compiled for the headers that the build precompiles with it (toolchain.cmake).
