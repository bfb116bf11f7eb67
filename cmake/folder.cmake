# portcullis_folder(TARGET FOLDER SOURCE...)
# One static library for one folder of the tree. Its headers are included as "<folder>/<file>.h",
# and only by targets that link it: the include path of each library only contains a link to its own
# folder.
function(portcullis_folder target folder)
  add_library(${target} STATIC ${ARGN})
  set(root ${CMAKE_BINARY_DIR}/include/${target})
  get_filename_component(parent ${root}/${folder} DIRECTORY)
  file(MAKE_DIRECTORY ${parent})
  file(CREATE_LINK ${PROJECT_SOURCE_DIR}/${folder} ${root}/${folder} SYMBOLIC)
  target_include_directories(${target} PUBLIC ${root})
  target_link_libraries(${target} PRIVATE portcullis_flags)
  if(PORTCULLIS_PRECOMPILED)
    target_precompile_headers(${target} REUSE_FROM portcullis_precompiled)
  endif()
endfunction()

# portcullis_leaf(FOLDER [PUBLIC library...] [PRIVATE library...])
# The same for a leaf folder of the product, with all of its sources. Its target has the folder's
# name with "_" for "/" and "-"; libraries that are such folders are given by their paths.
function(portcullis_leaf folder)
  cmake_parse_arguments(ARG "" "" "PUBLIC;PRIVATE" ${ARGN})
  string(REGEX REPLACE "[/-]" "_" target ${folder})
  file(GLOB sources CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/${folder}/*.cpp)
  portcullis_folder(${target} ${folder} ${sources})
  foreach(scope PUBLIC PRIVATE)
    foreach(library ${ARG_${scope}})
      if(IS_DIRECTORY ${PROJECT_SOURCE_DIR}/${library})
        string(REGEX REPLACE "[/-]" "_" library ${library})
      endif()
      target_link_libraries(${target} ${scope} ${library})
    endforeach()
  endforeach()
endfunction()

# portcullis_unoptimized(TARGET...)
# For code that only tests run: most of its time is the compiler's.
function(portcullis_unoptimized)
  foreach(target ${ARGN})
    set_target_properties(${target} PROPERTIES PORTCULLIS_UNOPTIMIZED ON)
    target_compile_options(${target} PRIVATE -O0)
  endforeach()
endfunction()

# portcullis_test(NAME SOURCE... LINK library... [LABELS label...] [ENVIRONMENT NAME=value...]
#                 [OPTIMIZED])
# A GoogleTest binary, each case a ctest test. Tests may include everything. Only what they test is
# optimized, unless they are, too.
function(portcullis_test name)
  cmake_parse_arguments(ARG "OPTIMIZED" "" "LINK;LABELS;ENVIRONMENT" ${ARGN})
  add_executable(${name} ${ARG_UNPARSED_ARGUMENTS})
  if(NOT ARG_OPTIMIZED)
    portcullis_unoptimized(${name})
  endif()
  if(PORTCULLIS_SANITIZE)
    target_compile_definitions(${name} PRIVATE PORTCULLIS_SANITIZED)
  endif()
  target_include_directories(${name} PRIVATE ${PROJECT_SOURCE_DIR})
  target_link_libraries(${name} PRIVATE ${ARG_LINK} portcullis_flags GTest::gtest_main)
  set(properties TIMEOUT 300)
  if(CMAKE_CROSSCOMPILING_EMULATOR)  # which is ten times slower
    set(properties TIMEOUT 3000)
  endif()
  if(ARG_LABELS)
    list(APPEND properties LABELS "${ARG_LABELS}")
  endif()
  if(ARG_ENVIRONMENT)
    list(APPEND properties ENVIRONMENT "${ARG_ENVIRONMENT}")
  endif()
  gtest_discover_tests(${name} DISCOVERY_MODE PRE_TEST DISCOVERY_TIMEOUT 60
    WORKING_DIRECTORY ${PROJECT_SOURCE_DIR} PROPERTIES ${properties})
endfunction()
