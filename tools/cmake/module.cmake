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
