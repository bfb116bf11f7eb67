# Compiler flags of all our targets, and the sanitizers that presets request.
if(NOT CMAKE_BUILD_TYPE)
  set(CMAKE_BUILD_TYPE RelWithDebInfo)
endif()

option(PORTCULLIS_PRECOMPILED "Precompile the standard library's headers" OFF)
find_program(CCACHE ccache)
# ccache does not cache objects that use precompiled headers.
if(CCACHE AND NOT PORTCULLIS_PRECOMPILED AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
  set(CMAKE_CXX_COMPILER_LAUNCHER ${CCACHE})
endif()

find_package(PkgConfig REQUIRED)
find_package(Threads REQUIRED)

set(PORTCULLIS_SANITIZE "" CACHE STRING "Value of -fsanitize=, e.g. address,undefined")
if(PORTCULLIS_SANITIZE)
  add_compile_options(-fsanitize=${PORTCULLIS_SANITIZE} -fno-omit-frame-pointer
                      -fno-sanitize-recover=all)
  add_link_options(-fsanitize=${PORTCULLIS_SANITIZE})
endif()

# On in our own presets; off for others, whose compiler may warn about more.
option(PORTCULLIS_WERROR "Treat warnings as errors" OFF)
add_library(portcullis_flags INTERFACE)
target_compile_options(portcullis_flags INTERFACE
  -Wall -Wextra -Wpedantic -Wconversion -Wshadow -fstack-protector-strong
  $<$<BOOL:${PORTCULLIS_WERROR}>:-Werror>)
if(CMAKE_CXX_COMPILER_ID STREQUAL GNU)
  # False positives of GCC 12 in inlined std::string (GCC bug 105651).
  target_compile_options(portcullis_flags INTERFACE -Wno-restrict)
endif()
if(PORTCULLIS_SANITIZE AND CMAKE_CXX_COMPILER_ID STREQUAL GNU)
  # In instrumented code GCC 12 does not see that a variant's active member was set.
  target_compile_options(portcullis_flags INTERFACE -Wno-maybe-uninitialized)
endif()
if(PORTCULLIS_SANITIZE STREQUAL "thread" AND CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  # Asio uses memory fences beside its locks; g++ warns that TSan does not model them.
  target_compile_options(portcullis_flags INTERFACE -Wno-tsan)
endif()
if(PORTCULLIS_PRECOMPILED)
  # Parsing these is most of the work of an unoptimized build. One library precompiles them for all.
  add_library(portcullis_precompiled OBJECT cmake/precompiled.cpp)
  target_link_libraries(portcullis_precompiled PRIVATE portcullis_flags)
  target_precompile_headers(portcullis_precompiled PRIVATE
    <algorithm> <array> <atomic> <chrono> <compare> <cstdint> <filesystem> <fstream> <functional>
    <iostream> <iterator> <list> <map> <memory> <mutex> <optional> <ostream> <set> <span> <sstream>
    <string> <string_view> <thread> <tuple> <unordered_map> <unordered_set> <utility> <variant>
    <vector> <boost/container/flat_map.hpp> <tl/expected.hpp>)
endif()
if(NOT PORTCULLIS_SANITIZE)
  # Which needs optimization.
  target_compile_options(portcullis_flags INTERFACE
    $<$<AND:$<CONFIG:Release>,$<NOT:$<BOOL:$<TARGET_PROPERTY:PORTCULLIS_UNOPTIMIZED>>>>:-D_FORTIFY_SOURCE=2>)
  add_link_options(-Wl,-z,relro,-z,now)
endif()
