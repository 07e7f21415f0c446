// A walkthrough as a film: pictures, how long each is shown, and an encoder of the system's that
// joins them.
#pragma once

#include <string>

#include "viz/app.hpp"

namespace postroad::viz {

// Draws every stop of the walkthrough, and the way there, without a display. `target` ends in
// .gif, .webm or .mp4: ffmpeg makes it. Else it is a folder: pictures 00001.png, …, and frames.txt,
// which says in ffmpeg's words how long each is shown. False with a sentence in `error`; then
// nothing is left behind. `told` gets a line about what was made.
bool make_film(App& app, const std::string& target, unsigned width, unsigned height,
               std::string& told, std::string& error);

// A sentence when a film of this kind cannot be made here; empty when it can.
std::string film_refused(const std::string& target);

}  // namespace postroad::viz
