#version 330 core

// The picture of a baked volume: colour for the screen, and opacity.

#include "camera.glsl"
#include "box.glsl"
#include "baked_field.glsl"
#include "integrate.glsl"
#include "surround.glsl"

uniform vec2 u_range;    // nearest and farthest distance along a ray that counts, world units
uniform vec4 u_outside;  // raw colour and density that end a ray which misses the box

out vec4 o_colour;       // colour in [0, 1] as shown, opacity

void main() {
    vec2 plane = image_plane(gl_FragCoord.xy);
    vec3 direction = ray_direction(plane);
    vec2 segment = box_segment(u_eye, direction, u_half);
    segment = vec2(max(segment.x, u_range.x), min(segment.y, u_range.y));
    vec4 raw = vec4(u_backdrop == 0 ? ending(u_outside) : u_backdrop_colour, 0.0);
    if (segment.x < segment.y) {
        raw = integrate(u_eye, direction, segment);
    }
    // Where a background follows, neither the last sample nor what it lets through is one.
    if (u_backdrop == 0 && u_surround_kind != 0) {
        raw.rgb += (1.0 - raw.a) * surround(u_eye, direction, plane);
    }
    o_colour = vec4(0.5 * raw.rgb + 0.5, raw.a);
}
