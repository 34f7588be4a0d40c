# What cmake --install and the package put where. The command and what belongs to it is installed by
# src/cli/CMakeLists.txt.
include(CMakePackageConfigHelpers)

set(package_dir ${CMAKE_INSTALL_LIBDIR}/cmake/nnzip)
install(TARGETS nnzip_shared nnzip_static EXPORT nnzip-targets)
install(EXPORT nnzip-targets NAMESPACE nnzip:: DESTINATION ${package_dir})
configure_package_config_file(tools/cmake/nnzip-config.cmake.in nnzip-config.cmake
  INSTALL_DESTINATION ${package_dir}
  PATH_VARS CMAKE_INSTALL_DATADIR)
write_basic_package_version_file(nnzip-config-version.cmake COMPATIBILITY SameMinorVersion)
install(FILES ${PROJECT_BINARY_DIR}/nnzip-config.cmake
  ${PROJECT_BINARY_DIR}/nnzip-config-version.cmake DESTINATION ${package_dir})

# pkg-config finds the prefix from where its file lies, too.
file(RELATIVE_PATH NNZIP_PC_PREFIX ${CMAKE_INSTALL_FULL_LIBDIR}/pkgconfig ${CMAKE_INSTALL_PREFIX})
string(REGEX REPLACE "/$" "" NNZIP_PC_PREFIX ${NNZIP_PC_PREFIX})
get_target_property(needs nnzip_static INTERFACE_LINK_LIBRARIES)
set(NNZIP_PC_STATIC_LIBS)
foreach(need ${needs})
  if(NOT need MATCHES "^-")
    set(need -l${need})
  endif()
  string(APPEND NNZIP_PC_STATIC_LIBS " ${need}")
endforeach()
configure_file(tools/cmake/nnzip.pc.in nnzip.pc @ONLY)
install(FILES ${PROJECT_BINARY_DIR}/nnzip.pc DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig)

install(DIRECTORY include/nnzip DESTINATION ${CMAKE_INSTALL_INCLUDEDIR})
install(DIRECTORY models/ DESTINATION ${CMAKE_INSTALL_DATADIR}/nnzip/models
  FILES_MATCHING PATTERN "*.nnzm")
install(FILES README.md LICENSE src/container/FORMAT.md src/model/MODEL_FORMAT.md
  src/backend/ARITHMETIC.md DESTINATION ${CMAKE_INSTALL_DOCDIR})
install(FILES models/README.md DESTINATION ${CMAKE_INSTALL_DOCDIR} RENAME MODELS.md)
# Where Debian looks for a package's licence.
install(FILES LICENSE DESTINATION ${CMAKE_INSTALL_DOCDIR} RENAME copyright)

# nnzip; nnzip-torch where the plugin is built, which alone needs libtorch; python3-nnzip where the
# module for Python is asked for.
set(CPACK_GENERATOR DEB)
set(CPACK_DEB_COMPONENT_INSTALL ON)
set(CPACK_COMPONENTS_GROUPING IGNORE)
set(CPACK_COMPONENTS_ALL nnzip)
set(CPACK_DEBIAN_NNZIP_PACKAGE_NAME nnzip)
if(NNZIP_BUILD_TORCH_BACKEND)
  list(APPEND CPACK_COMPONENTS_ALL torch)
  set(CPACK_DEBIAN_TORCH_PACKAGE_NAME nnzip-torch)
  set(CPACK_COMPONENT_TORCH_DESCRIPTION "plugin of nnzip on libtorch")
  set(CPACK_DEBIAN_TORCH_PACKAGE_DEPENDS "nnzip (= ${PROJECT_VERSION})")
endif()
if(NNZIP_BUILD_PYTHON AND NOT SKBUILD)
  list(APPEND CPACK_COMPONENTS_ALL python3)
  set(CPACK_DEBIAN_PYTHON3_PACKAGE_NAME python3-nnzip)
  set(CPACK_DEBIAN_PYTHON3_PACKAGE_SECTION python)
  set(CPACK_COMPONENT_PYTHON3_DESCRIPTION "module of nnzip for Python")
  set(CPACK_DEBIAN_PYTHON3_PACKAGE_DEPENDS
    "nnzip (= ${PROJECT_VERSION}), python3 (>= 3.9), python3-cffi-backend")
endif()
set(CPACK_PACKAGE_CONTACT "the nnzip authors <nnzip@localhost>")
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_STRIP_FILES ON)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_SECTION utils)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_PACKAGE_GENERATE_SHLIBS ON)
set(CPACK_DEBIAN_NNZIP_PACKAGE_SUGGESTS "libzstd-dev, libxxhash-dev")
include(CPack)
