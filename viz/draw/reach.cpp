// The one place that looks into ImGui's windows.
#include "viz/draw/reach.hpp"

#include <imgui.h>
#include <imgui_internal.h>

#include <algorithm>
#include <string_view>

namespace postroad::viz {

void scroll_windows(const char* prefix, float part) {
    ImGuiWindow* largest = nullptr;
    for (ImGuiWindow* const window : GImGui->Windows) {
        const bool there = window->WasActive && window->ScrollMax.y > 0 &&
                           std::string_view(window->Name).starts_with(prefix);
        const auto area = [](const ImGuiWindow& one) { return one.Size.x * one.Size.y; };
        if (there && (largest == nullptr || area(*window) > area(*largest))) largest = window;
    }
    if (largest == nullptr) return;
    const float to = largest->Scroll.y + largest->InnerRect.GetHeight() * part;
    ImGui::SetScrollY(largest, std::clamp(to, 0.0F, largest->ScrollMax.y));
}

bool in_tooltip() { return (ImGui::GetCurrentWindowRead()->Flags & ImGuiWindowFlags_Tooltip) != 0; }

NoKeyboard::NoKeyboard() { ImGui::PushItemFlag(ImGuiItemFlags_NoNav, true); }
NoKeyboard::~NoKeyboard() { ImGui::PopItemFlag(); }

}  // namespace postroad::viz
