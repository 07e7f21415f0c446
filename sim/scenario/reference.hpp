// The scenario format's reference, as labs/README.md has it, written from the schema.
#pragma once

#include <string>

namespace postroad::scenario {

// The smallest scenario worth running; the reference begins with it.
extern const char* const smallest_example;

// The whole of labs/README.md.
std::string reference();

// Every example of the schema as a key path, its table's title and its text, one a line of
// "title|key|example" (line breaks as \n); a test reads each of them.
std::string all_examples();

}  // namespace postroad::scenario
