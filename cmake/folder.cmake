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

# portcullis_test(NAME SOURCE... LINK library... [LABELS label...] [ENVIRONMENT NAME=value...]
#                 [OPTIMIZED])
# A GoogleTest binary, each case a ctest test. Tests may include everything. Their own code is not
# optimized, since most of their time is the compiler's; what they test is.
function(portcullis_test name)
  cmake_parse_arguments(ARG "OPTIMIZED" "" "LINK;LABELS;ENVIRONMENT" ${ARGN})
  add_executable(${name} ${ARG_UNPARSED_ARGUMENTS})
  if(NOT ARG_OPTIMIZED)
    set_target_properties(${name} PROPERTIES PORTCULLIS_UNOPTIMIZED ON)
    target_compile_options(${name} PRIVATE -O0)
  endif()
  if(PORTCULLIS_SANITIZE)
    target_compile_definitions(${name} PRIVATE PORTCULLIS_SANITIZED)
  endif()
  target_include_directories(${name} PRIVATE ${PROJECT_SOURCE_DIR})
  target_link_libraries(${name} PRIVATE ${ARG_LINK} portcullis_flags GTest::gtest_main)
  set(properties TIMEOUT 300)
  if(ARG_LABELS)
    list(APPEND properties LABELS "${ARG_LABELS}")
  endif()
  if(ARG_ENVIRONMENT)
    list(APPEND properties ENVIRONMENT "${ARG_ENVIRONMENT}")
  endif()
  gtest_discover_tests(${name} DISCOVERY_MODE PRE_TEST DISCOVERY_TIMEOUT 60
    WORKING_DIRECTORY ${PROJECT_SOURCE_DIR} PROPERTIES ${properties})
endfunction()
