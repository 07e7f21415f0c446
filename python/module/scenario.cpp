// Reading scenarios: every mistake becomes part of one Python exception, with its place.
#include "python/module/world.hpp"

#include <pybind11/stl.h>

#include <cerrno>
#include <cstring>

#include "sim/scenario/load.hpp"
#include "sim/scenario/print.hpp"

namespace postroad::python {
namespace {

std::shared_ptr<ScenarioHandle> parse(const std::string& text, const std::string& file,
                                      const std::optional<std::string>& folder) {
    auto out = std::make_shared<ScenarioHandle>();
    {
        const py::gil_scoped_release unlocked;
        out->opened = sim::open_scenario(
            text, file, folder ? sim::files_beside(*folder) : scenario::ReadFile{},
            folder ? sim::lists_beside(*folder) : scenario::ListFiles{});
    }
    if (!out->opened) raise_problems("ScenarioError", out->opened.problems);
    out->folder = folder.value_or("");
    return out;
}

// The scenario's text with some keys changed: (path, TOML value) each.
std::string with_values(const ScenarioHandle& of,
                        const std::vector<std::pair<std::string, std::string>>& values) {
    scenario::Scenario changed = of.opened.declared;
    for (const auto& [path, value] : values) {
        const scenario::Problems problems = scenario::set_value(changed, path, value);
        if (problems.any_error()) raise_problems("ScenarioError", problems);
    }
    return scenario::print(changed);
}

// Nanoseconds of "1m30s"; none when it is no duration.
std::optional<std::uint64_t> duration_ns(const std::string& text) {
    const auto parsed = scenario::parse_duration(text);
    if (!parsed) return std::nullopt;
    return parsed->ns;
}

std::optional<std::int64_t> instant_unix_s(const std::string& text) {
    const auto parsed = scenario::parse_instant(text);
    if (!parsed) return std::nullopt;
    return parsed->unix_s;
}

// Who stands where, for pictures: networks with their hosts, and the links between them.
py::dict topology(const ScenarioHandle& of) {
    const sim::Setup& setup = *of.opened.setup;
    py::dict out;
    py::list networks, hosts, links;
    for (const sim::NetworkSetup& one : setup.networks) {
        py::dict row;
        row["name"] = one.name;
        row["nat"] = one.nat;
        row["border"] = one.has_border();
        row["firewall"] = one.firewall == sim::nothing ? std::string()
                                                       : setup.firewalls[one.firewall].name;
        networks.append(row);
    }
    for (const sim::HostSetup& one : setup.hosts) {
        py::dict row;
        py::list on, services;
        for (const sim::AttachmentSetup& at : one.attachments)
            on.append(setup.networks[at.network].name);
        for (const scenario::Service service : setup.scenario.hosts[one.scenario_index].services) {
            constexpr const char* words[] = {"mua",      "mta", "msa",  "mda",   "pop3", "dns",
                                             "resolver", "kdc", "http", "https", "lmtp", "imap"};
            const auto at = static_cast<std::size_t>(service);
            services.append(at < std::size(words) ? words[at] : "other");
        }
        row["name"] = one.name;
        row["domain_name"] = one.domain_name;
        row["networks"] = on;
        row["services"] = services;
        row["firewall"] = one.firewall != sim::nothing;
        hosts.append(row);
    }
    for (std::size_t i = setup.access_links; i < setup.links.size(); ++i) {
        const sim::LinkSetup& one = setup.links[i];
        py::dict row;
        row["name"] = one.name;
        row["from"] = std::string(setup.node_name(one.end[0]));
        row["to"] = std::string(setup.node_name(one.end[1]));
        row["latency_ns"] = one.latency_ns;
        row["lossy"] = one.loss != 0;
        links.append(row);
    }
    out["networks"] = networks;
    out["hosts"] = hosts;
    out["links"] = links;
    return out;
}

}  // namespace

void raise(const char* name, const std::string& message) {
    const py::object type = py::module_::import("postroad.errors").attr(name);
    PyErr_SetObject(type.ptr(), type(to_str(message)).ptr());
    throw py::error_already_set();
}

py::list to_list(const scenario::Problems& problems) {
    const py::object type = py::module_::import("postroad.errors").attr("Problem");
    py::list out;
    for (const scenario::Problem& one : problems.list())
        out.append(type(one.severity == scenario::Severity::error ? "error" : "warning",
                        to_str(one.place.file), one.place.line, one.place.column, to_str(one.what),
                        to_str(one.why), to_str(one.suggestion), to_str(one.source_line)));
    return out;
}

void raise_problems(const char* name, const scenario::Problems& problems) {
    const py::object type = py::module_::import("postroad.errors").attr(name);
    PyErr_SetObject(type.ptr(),
                    type(to_str(scenario::to_text(problems)), to_list(problems)).ptr());
    throw py::error_already_set();
}

void bind_scenario(py::module_& module) {
    py::class_<ScenarioHandle, std::shared_ptr<ScenarioHandle>>(module, "Scenario")
        .def(py::init(&parse), py::arg("text"), py::arg("file"), py::arg("folder") = py::none())
        .def("to_toml", [](const ScenarioHandle& of) { return scenario::print(of.opened.declared); })
        .def("with_values", &with_values, py::arg("values"))
        .def("topology", &topology)
        .def_property_readonly("problems",
                               [](const ScenarioHandle& of) { return to_list(of.opened.problems); })
        .def_property_readonly("title",
                               [](const ScenarioHandle& of) { return of.opened.declared.title; })
        .def_property_readonly("seed",
                               [](const ScenarioHandle& of) { return of.opened.declared.seed; })
        .def_property_readonly("folder", [](const ScenarioHandle& of) { return of.folder; })
        .def_property_readonly("until_ns",
                               [](const ScenarioHandle& of) -> std::optional<std::uint64_t> {
                                   const auto& until = of.opened.declared.until;
                                   if (!until) return std::nullopt;
                                   return until->ns;
                               });
    module.def("duration_ns", &duration_ns, py::arg("text"));
    module.def("instant_unix_s", &instant_unix_s, py::arg("text"));
}

}  // namespace postroad::python
