// The extension module postroad._core: what the package's Python files are written on.
#include "python/module/world.hpp"

#include "python/module/tables.hpp"

PYBIND11_MODULE(_core, module) {
    namespace py = pybind11;
    module.doc() = "The simulator behind the package postroad; see its _core.pyi.";
    postroad::python::bind_scenario(module);
    postroad::python::bind_world(module);
    postroad::python::bind_labs(module);
    py::dict tables;
    for (const auto& row : postroad::python::table_rows())
        tables[py::str(std::string(row.name))] = std::string(row.doc);
    module.attr("tables") = tables;
    module.attr("version") = POSTROAD_VERSION;
}
