# The visualiser's tests, tests/view/*_test.cpp: one program of their own, an entry a file. It draws
# without a display, and is built with the other tests wherever its libraries are installed.
file(GLOB view_test_sources CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/tests/view/*_test.cpp)
if(TARGET postroad_viz AND Catch2_FOUND)
    postroad_program(postroad_view_tests SOURCES ${view_test_sources}
        LINK postroad_viz Catch2::Catch2WithMain)
    set_target_properties(postroad_view_tests PROPERTIES EXCLUDE_FROM_ALL ON)
    target_compile_options(postroad_view_tests PRIVATE -O1)
    if(TARGET postroad_tests AND NOT POSTROAD_SANITIZE)
        add_dependencies(postroad_tests postroad_view_tests)
    endif()
    foreach(source ${view_test_sources})
        get_filename_component(file ${source} NAME_WE)
        string(REGEX REPLACE "_test$" "" name ${file})
        postroad_ctest(view_${name} $<TARGET_FILE:postroad_view_tests> "-#" "[#${file}]")
        # Software drawing, whatever GPU there is: the same pixels everywhere.
        set_property(TEST view_${name} APPEND PROPERTY ENVIRONMENT "LIBGL_ALWAYS_SOFTWARE=1")
    endforeach()
else()
    message(STATUS "The visualiser is not built: its tests are left out (./postroad test installs it)")
endif()
