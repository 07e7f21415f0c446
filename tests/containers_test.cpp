// The containers that a World is made of, heap, lists, tables, pages and index, against the plain
// ones of the standard library; and what copies of them see.
#include <map>
#include <string>
#include <vector>

#include "protocols/base/heap.hpp"
#include "protocols/base/index.hpp"
#include "protocols/base/random.hpp"
#include "tests/catch.hpp"

using namespace postroad;

namespace {

std::string some_words(Random& dice, std::uint64_t longest) {
    std::string out(dice.below(longest + 1), ' ');
    for (char& c : out) c = static_cast<char>(dice.below(256));
    return out;
}

struct Thing {
    std::uint32_t number = 0;
    std::uint32_t generation = 0;
    std::uint64_t value = 0;
};

}  // namespace

TEST_CASE("a heap holds what strings would, and copies of it keep what they held") {
    for (std::uint64_t seed = 1; seed <= 20; ++seed) {
        INFO("seed " << seed);
        Random dice{seed, 0};
        struct Held {
            Text text;
            std::string words;
        };
        Heap heap;
        std::vector<Held> held;
        struct Copy {
            Heap heap;
            std::vector<Held> held;
            std::uint64_t hash;
        };
        std::vector<Copy> copies;
        for (int step = 0; step < 3'000; ++step) {
            const std::size_t at = held.empty() ? 0 : dice.below(held.size());
            const std::uint64_t longest = dice.below(50) == 0 ? 100'000 : 300;
            switch (dice.below(held.size() < 3 ? 1 : 8)) {
                case 0:
                case 1: {
                    const std::string words = some_words(dice, longest);
                    held.push_back({heap.make(words), words});
                    break;
                }
                case 2: {
                    const std::string more = some_words(dice, longest);
                    heap.append(held[at].text, more);
                    held[at].words += more;
                    break;
                }
                case 3: held.push_back({heap.share(held[at].text), held[at].words}); break;
                case 4: {
                    const std::size_t count = dice.below(held[at].words.size() + 1);
                    heap.remove_prefix(held[at].text, count);
                    held[at].words.erase(0, count);
                    break;
                }
                case 5: {
                    const std::string words = some_words(dice, longest);
                    heap.assign(held[at].text, words);
                    held[at].words = words;
                    break;
                }
                default:
                    heap.drop(held[at].text);
                    CHECK(held[at].text == Text{});
                    held.erase(held.begin() + static_cast<std::ptrdiff_t>(at));
            }
            if (step % 500 == 0) copies.push_back({heap, held, heap.hash(1)});
        }
        for (const Held& one : held) CHECK(heap.view(one.text) == one.words);
        for (Copy& copy : copies) {
            CHECK(copy.heap.hash(1) == copy.hash);
            for (Held& one : copy.held) {
                CHECK(copy.heap.view(one.text) == one.words);
                copy.heap.drop(one.text);
            }
            CHECK(copy.heap.live_blocks() == 0);
            CHECK(copy.heap.live_octets() == 0);
        }
        for (Held& one : held) heap.drop(one.text);
        CHECK(heap.live_blocks() == 0);
        CHECK(heap.live_octets() == 0);
    }
}

TEST_CASE("a heap that is copied again and again becomes what one becomes that is not") {
    for (std::uint64_t seed = 1; seed <= 10; ++seed) {
        INFO("seed " << seed);
        Random dice{seed, 0};
        Heap alone;
        Heap copied;
        Heap copy;
        std::vector<Text> held;  // the same handles in both
        for (int step = 0; step < 1'000; ++step) {
            if (dice.below(3) == 0) copy = copied;
            if (held.size() < 4) {
                const std::string words = some_words(dice, 90'000);
                held.push_back(alone.make(words));
                REQUIRE(copied.make(words) == held.back());
            } else {
                const std::size_t at = dice.below(held.size());
                Text other = held[at];
                if (dice.below(10) != 0) {
                    const std::string more = some_words(dice, 40'000);
                    alone.append(held[at], more);
                    copied.append(other, more);
                    REQUIRE(other == held[at]);
                } else {
                    alone.drop(held[at]);
                    copied.drop(other);
                    held.erase(held.begin() + static_cast<std::ptrdiff_t>(at));
                }
            }
        }
        CHECK(alone == copied);
        CHECK(alone.hash(1) == copied.hash(1));
    }
}

TEST_CASE("a list in the heap is a vector") {
    Random dice{5, 0};
    Heap heap;
    List<std::uint64_t> list;
    std::vector<std::uint64_t> model;
    for (int i = 0; i < 2'000; ++i) {
        const std::uint64_t value = dice.next();
        if (!model.empty() && dice.below(3) == 0) {
            const std::size_t at = dice.below(model.size());
            heap.set(list, at, value);
            model[at] = value;
        } else {
            heap.push(list, value);
            model.push_back(value);
        }
    }
    REQUIRE(list.size() == model.size());
    for (std::size_t i = 0; i < model.size(); ++i) CHECK(heap.get(list, i) == model[i]);
    heap.drop(list);
    CHECK(heap.live_blocks() == 0);
}

TEST_CASE("a table's copies share its pages and see nothing of what it becomes") {
    for (std::uint64_t seed = 1; seed <= 10; ++seed) {
        INFO("seed " << seed);
        Random dice{seed, 0};
        Table<Thing> table;
        std::map<std::uint32_t, std::uint64_t> model;
        std::vector<std::pair<Table<Thing>, std::map<std::uint32_t, std::uint64_t>>> copies;
        for (int step = 0; step < 30'000; ++step) {
            if (model.empty() || dice.below(3) != 0) {
                const std::uint32_t id = table.add();
                CHECK(table[id].value == 0);
                REQUIRE(model.emplace(id, step).second);
                table.edit(id).value = static_cast<std::uint64_t>(step);
            } else {
                auto one = model.lower_bound(static_cast<std::uint32_t>(dice.below(table.size())));
                if (one == model.end()) one = model.begin();
                const std::uint32_t generation = table[one->first].generation;
                if (dice.below(2) == 0) {
                    table.remove(one->first);
                    CHECK(table[one->first].generation == generation + 1);
                    model.erase(one);
                } else {
                    one->second = dice.next();
                    table.edit(one->first).value = one->second;
                }
            }
            if (step % 5'000 == 0) {
                copies.emplace_back(table, model);
                CHECK(copies.back().first == table);
                CHECK(copies.back().first.hash(9) == table.hash(9));
            }
        }
        copies.emplace_back(table, model);
        for (const auto& [copy, expected] : copies) {
            CHECK(copy.live() == expected.size());
            bool all = true;
            for (const auto& [id, value] : expected) all = all && copy[id].value == value;
            CHECK(all);
        }
        CHECK_FALSE(copies[1].first == table);
        Table<Thing> other = copies[1].first;  // a copy that is written to does not write back
        other.edit(0).value = 1;
        CHECK(copies[1].first[0].value != 1);
    }
}

TEST_CASE("pages that are let go are given back") {
    const std::size_t before = pages_in_use();
    {
        Pages<Thing> pages;
        pages.resize(100'000);
        const std::size_t with_one = pages_in_use();
        CHECK(with_one > before);
        Pages<Thing> copy = pages;
        CHECK(pages_in_use() == with_one);
        copy.edit(0).value = 3;
        CHECK(pages_in_use() == with_one + 1);
        CHECK(pages[0].value == 0);
        pages.edit(99'999).value = 4;
        CHECK(pages_in_use() == with_one + 2);
        CHECK(copy[99'999].value == 0);
    }
    CHECK(pages_in_use() == before);
}

TEST_CASE("an index finds what a multimap finds, also under hashes that collide") {
    for (std::uint64_t seed = 1; seed <= 20; ++seed) {
        INFO("seed " << seed);
        Random dice{seed, 0};
        Index index;
        std::multimap<std::uint64_t, std::uint32_t> model;
        const std::uint64_t hashes = seed % 2 == 0 ? 40 : 5'000;
        Index copy;
        std::multimap<std::uint64_t, std::uint32_t> copied;
        for (std::uint32_t step = 0; step < 5'000; ++step) {
            const std::uint64_t number = dice.below(hashes);
            // Half of them fall into the same few places of the table.
            const std::uint64_t hash = number % 2 == 0 ? number << 40 | 3 : mix64(number);
            const auto found = model.find(hash);
            if (found != model.end() && dice.below(2) == 0) {
                index.erase(hash, found->second);
                model.erase(found);
            } else {
                index.insert(hash, step);
                model.emplace(hash, step);
            }
            if (step == 2'500) {
                copy = index;
                copied = model;
            }
        }
        const auto agrees = [](const Index& one, const auto& expected) {
            if (one.size() != expected.size()) return false;
            for (const auto& place : expected) {
                const std::uint32_t id = place.second;
                const auto is_it = [&](std::uint32_t at) { return at == id; };
                if (one.find(place.first, is_it) != id) return false;
            }
            return one.find(7, [](std::uint32_t) { return true; }) == Index::none;
        };
        CHECK(agrees(index, model));
        CHECK(agrees(copy, copied));
    }
}
