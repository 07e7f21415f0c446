// The command's own views from Python: ladder and walkthrough as text, JSON rows, captures; and
// where two runs part.
#include <pybind11/stl.h>

#include <cstdio>

#include "python/module/world.hpp"
#include "sim/views/json.hpp"
#include "sim/views/ladder.hpp"
#include "sim/views/pcapng.hpp"
#include "sim/views/walkthrough.hpp"

namespace postroad::python {
namespace {

using namespace sim;

std::string ladder(WorldHandle& world, std::uint32_t conversation, const std::string& message,
                   const std::string& node, bool segments, bool content, unsigned width) {
    views::LadderOptions options;
    options.style.width = width;
    options.conversation = conversation;
    options.segments = segments;
    options.content = content;
    if (!node.empty()) {
        options.node = world.setup().find_host(node);
        if (options.node == nothing) raise("PostroadError", "there is no host \"" + node + "\"");
    }
    std::string out;
    bool unknown = false;
    const Setup& setup = world.setup();
    world.with_trace([&](const Trace& trace) {
        const views::TraceIndex index(trace, setup);
        if (!message.empty()) options.journey = index.find_journey(message);
        unknown = !message.empty() && options.journey == nothing;
        if (!unknown) out = views::ladder(trace, setup, index, options);
    });
    if (unknown) raise("PostroadError", "no message is called \"" + message + "\"");
    return out;
}

std::string walkthrough(WorldHandle& world, const std::string& message, unsigned width) {
    std::string out;
    const Setup& setup = world.setup();
    world.with_trace([&](const Trace& trace) {
        const views::TraceIndex index(trace, setup);
        views::WalkthroughOptions options;
        options.style.width = width;
        options.journey = index.find_journey(message);
        out = views::walkthrough(trace, setup, index, options);
    });
    return out;
}

// To a file; OSError when that cannot be written.
void to_file(const std::string& path, const std::function<void(const views::Sink&)>& write) {
    std::FILE* const file = std::fopen(path.c_str(), "wb");
    bool well = file != nullptr;
    if (well) {
        write([&](std::string_view octets) {
            well = well && std::fwrite(octets.data(), 1, octets.size(), file) == octets.size();
        });
        well = std::fclose(file) == 0 && well;
    }
    if (well) return;
    PyErr_SetFromErrnoWithFilename(PyExc_OSError, path.c_str());
    throw py::error_already_set();
}

void write_pcapng(WorldHandle& world, const std::string& path, const std::string& at) {
    if (world.simulation().trace().depth() != Depth::bytes)
        raise("PostroadError", "a capture needs packets: make the world with depth=\"bytes\"");
    const Setup& setup = world.setup();
    views::PcapngOptions options;
    if (!at.empty()) {
        const auto place = views::capture_at(setup, at);
        if (!place) raise("PostroadError", "there is no host or link \"" + at + "\"");
        options = *place;
    }
    std::string octets;
    world.with_trace([&](const Trace& trace) {
        views::write_pcapng(trace, setup, options,
                            [&](std::string_view piece) { octets += piece; });
    });
    to_file(path, [&](const views::Sink& sink) { sink(octets); });
}

std::string json_rows(WorldHandle& world, std::uint64_t from_ns, std::uint64_t until_ns) {
    std::string out;
    const Setup& setup = world.setup();
    world.with_trace([&](const Trace& trace) {
        views::write_json(trace, setup, [&](std::string_view piece) { out += piece; }, from_ns,
                          until_ns);
    });
    return out;
}

// A row as far as both depths record it.
bool recorded(Fact fact, Depth depth) {
    switch (fact) {
        case Fact::packet:
        case Fact::arrival:
        case Fact::translation: return depth >= Depth::bytes;
        case Fact::line: return depth >= Depth::lines;
        default: return true;
    }
}

std::string_view octets_of(const RowView& row) {
    return {reinterpret_cast<const char*>(&row.head()), row.head().octets};
}

// The one JSON line of a row: write_json gives all of a moment's, so it is counted which it is.
std::string json_of(const Trace& trace, const Setup& setup, const Trace::Cursor& at) {
    if (at.done()) return {};
    const Time time = at.row().head().time;
    std::uint64_t left = 1;
    for (auto row = trace.read(); row.position() < at.position(); row.next())
        left += row.row().head().time == time;
    std::string out;
    const auto take = [&](std::string_view line) {
        if (left != 0 && --left == 0) out = line;
    };
    views::write_json(trace, setup, take, time, time);
    return out;
}

struct Parting {
    std::uint64_t common = 0;  // rows that are the same in both
    std::string a, b;          // the first that differ, as JSON; empty: there is none on this side
};

Parting parting(const Trace& a, const Setup& setup_a, const Trace& b, const Setup& setup_b) {
    const Depth depth = std::min(a.depth(), b.depth());
    Parting out;
    auto at_a = a.read(), at_b = b.read();
    const auto skip = [&](Trace::Cursor& at) {
        while (!at.done() && !recorded(at.row().head().fact, depth)) at.next();
    };
    for (;; at_a.next(), at_b.next(), ++out.common) {
        skip(at_a);
        skip(at_b);
        if (at_a.done() && at_b.done()) return out;
        if (!at_a.done() && !at_b.done() && octets_of(at_a.row()) == octets_of(at_b.row())) continue;
        out.a = json_of(a, setup_a, at_a);
        out.b = json_of(b, setup_b, at_b);
        return out;
    }
}

py::tuple first_difference(WorldHandle& a, WorldHandle& b) {
    const Setup &setup_a = a.setup(), &setup_b = b.setup();
    Parting out;
    a.with_trace([&](const Trace& trace_a) {
        const py::gil_scoped_acquire locked;
        b.with_trace([&](const Trace& trace_b) {
            out = parting(trace_a, setup_a, trace_b, setup_b);
        });
    });
    return py::make_tuple(out.common, to_str(out.a), to_str(out.b));
}

}  // namespace

void bind_views(py::module_& module, py::class_<WorldHandle>& world) {
    world
        .def("ladder",
             [](WorldHandle& w, std::uint32_t conversation, const std::string& message,
                const std::string& node, bool segments, bool content, unsigned width) {
                 return to_str(ladder(w, conversation, message, node, segments, content, width));
             },
             py::arg("conversation") = 0, py::arg("message") = "", py::arg("node") = "",
             py::arg("segments") = false, py::arg("content") = false, py::arg("width") = 100)
        .def("walkthrough",
             [](WorldHandle& w, const std::string& message, unsigned width) {
                 return to_str(walkthrough(w, message, width));
             },
             py::arg("message") = "1", py::arg("width") = 100)
        .def("json_rows",
             [](WorldHandle& w, std::uint64_t from_ns, std::uint64_t until_ns) {
                 return to_str(json_rows(w, from_ns, until_ns));
             },
             py::arg("from_ns") = 0, py::arg("until_ns") = never)
        .def("write_pcapng", &write_pcapng, py::arg("path"), py::arg("at") = "");
    module.def("first_difference", &first_difference, py::arg("a"), py::arg("b"));
}

}  // namespace postroad::python
