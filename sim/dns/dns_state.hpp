// What resolvers keep in the World: caches and questions that wait for an answer.
#pragma once

namespace postroad::sim {

struct DnsTables {
    bool operator==(const DnsTables&) const = default;
};

}  // namespace postroad::sim
