# nnzip_module(NAME SOURCES ... [USES ...] [PRIVATE ...])
#
# Makes the library nnzip_NAME from src/NAME. Its headers are reached as "NAME/x.h" through a folder
# of links that holds this module alone, so code sees the headers of the modules in USES (and of what
# these use) and no others: the dependency order of src/README.md is enforced by the compiler.
# The global property NNZIP_OBJECTS collects what all modules compile to.
function(nnzip_module name)
  cmake_parse_arguments(ARG "" "" "SOURCES;USES;PRIVATE" ${ARGN})
  set(view ${PROJECT_BINARY_DIR}/modules/${name})
  file(MAKE_DIRECTORY ${view})
  file(CREATE_LINK ${PROJECT_SOURCE_DIR}/src/${name} ${view}/${name} SYMBOLIC)
  if(ARG_SOURCES)
    add_library(nnzip_${name} STATIC ${ARG_SOURCES})
    set(scope PUBLIC)
    target_link_libraries(nnzip_${name} PRIVATE ${ARG_PRIVATE})
    set_target_properties(nnzip_${name} PROPERTIES POSITION_INDEPENDENT_CODE ON)
    set_property(GLOBAL APPEND PROPERTY NNZIP_OBJECTS $<TARGET_OBJECTS:nnzip_${name}>)
  else()
    add_library(nnzip_${name} INTERFACE)
    set(scope INTERFACE)
  endif()
  target_include_directories(nnzip_${name} ${scope} ${view})
  list(TRANSFORM ARG_USES PREPEND nnzip_)
  target_link_libraries(nnzip_${name} ${scope} ${ARG_USES})
endfunction()

# nnzip_kernels(LIST TARGET FILES ...)
#
# Adds files of kernels to the list of sources and has them compiled for a target of
# src/base/cpu_target.h; does nothing where the processor is of another kind. Nothing but these files
# is compiled for more than the baseline, so that a program starts on any machine and chooses at run
# time. Such a file includes neither templates nor the standard library: its copies of their code
# could replace everyone else's.
function(nnzip_kernels list target)
  set(flags_scalar "")
  set(flags_avx2 -mavx2)
  set(flags_avxvnni -mavx2 -mavxvnni)
  set(flags_avx512vnni -mavx512f -mavx512bw -mavx512vl -mavx512dq -mavx512vnni
    -mprefer-vector-width=512)
  set(flags_neon "")
  set(flags_neondot -march=armv8.2-a+dotprod)
  set(flags_i8mm -march=armv8.2-a+dotprod+i8mm)
  # GCC keeps wide registers on a stack that is aligned for 16 bytes alone on Windows, and moves them
  # as if it were for more (GCC bug 54412). Moves that need no alignment are as fast.
  set(unaligned "")
  if(MINGW AND NOT target STREQUAL scalar)
    set(unaligned -Wa,-muse-unaligned-vector-move)
  endif()
  set(kind x86)
  if(target MATCHES "^(neon|neondot|i8mm)$")
    set(kind arm)
  endif()
  set(processors_x86 "^(x86_64|AMD64|amd64)$")
  set(processors_arm "^(aarch64|arm64)$")
  if(NOT DEFINED flags_${target})
    message(FATAL_ERROR "there are no kernels for a target ${target}")
  endif()
  if(target STREQUAL scalar OR CMAKE_SYSTEM_PROCESSOR MATCHES "${processors_${kind}}")
    set_source_files_properties(${ARGN} PROPERTIES
      COMPILE_OPTIONS "-O3;-ffp-contract=off;${flags_${target}};${unaligned}")
    set(${list} ${${list}} ${ARGN} PARENT_SCOPE)
  endif()
endfunction()
