// Lets the composers of protocols/message write straight into a Text, without a string between.
#pragma once

#include "protocols/base/heap.hpp"

namespace postroad::sim::mail {

struct HeapOut {
    Heap& heap;
    Text& text;
    void append(const char* octets, std::size_t size) { heap.append(text, {octets, size}); }
};

}  // namespace postroad::sim::mail
