# The toolchain of the Dockerfile's containers, which build for $DEB_HOST_ARCH. If that is not the architecture
# of the machine, it is Debian's cross-compiler, with the libraries of that architecture's own packages
# (multiarch). qemu-user runs the programs that the build itself or a test needs.
if("$ENV{DEB_HOST_ARCH}" STREQUAL arm64 AND NOT CMAKE_HOST_SYSTEM_PROCESSOR STREQUAL aarch64)
  set(CMAKE_SYSTEM_NAME Linux)
  set(CMAKE_SYSTEM_PROCESSOR aarch64)
  set(CMAKE_CXX_COMPILER aarch64-linux-gnu-g++)
  set(CMAKE_CROSSCOMPILING_EMULATOR qemu-aarch64-static CACHE STRING "Runs programs of that architecture")
  set(PKG_CONFIG_EXECUTABLE aarch64-linux-gnu-pkg-config)
  set(CPACK_DEBIAN_PACKAGE_ARCHITECTURE arm64)
endif()
