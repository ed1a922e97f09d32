#version 330 core

// The picture of a sample's field: colour for the screen, and opacity.
//
// EXACT   1: the field itself (core/folded.py); 0: its baked volume (core/baked.py).
// COUNTED 1: not the picture, but how many samples each ray has taken; 0: the picture.

#include "camera.glsl"
#include "box.glsl"
#if EXACT
#include "planes_field.glsl"
#else
#include "baked_field.glsl"
#endif
#include "integrate.glsl"
#if EXACT
#include "training_samples.glsl"
#endif
#include "surround.glsl"
#include "show.glsl"

uniform vec2 u_range;    // nearest and farthest distance along a ray that counts, world units
uniform int u_cut;       // 1: only what lies inside the box counts; 0: all of the range
uniform int u_most;      // samples that a ray can take
uniform vec4 u_outside;  // raw colour and density that end a ray which misses the box

out vec4 o_colour;       // as shown on the screen, in [0, 1]; opacity

// Raw colour and opacity of the ray's segment [segment.x, segment.y].
vec4 integrated(vec3 direction, vec2 segment) {
#if EXACT
    if (u_coarse > 0) {
        return integrate_as_in_training(u_eye, direction, segment);
    }
#endif
    return integrate(u_eye, direction, segment);
}

void main() {
    vec2 plane = image_plane(gl_FragCoord.xy);
    vec3 direction = ray_direction(plane);
    vec2 segment = u_range;
    if (u_cut == 1) {
        vec2 inside = box_segment(u_eye, direction, u_half);
        segment = vec2(max(segment.x, inside.x), min(segment.y, inside.y));
    }
    vec4 raw = vec4(u_backdrop == 0 ? ending(u_outside) : u_backdrop_colour, 0.0);
    if (segment.x < segment.y) {
        raw = integrated(direction, segment);
    }
    // Where a background follows, neither the last sample nor what it lets through is one.
    if (u_backdrop == 0 && u_surround_kind != 0) {
        raw.rgb += (1.0 - raw.a) * surround(u_eye, direction, plane);
    }
#if COUNTED
    o_colour = vec4(float(evaluated));
#else
    o_colour = vec4(0.5 * raw.rgb + 0.5, raw.a);
    if (u_show != SHOW_COLOUR) {
        float depth = reached_depth / max(raw.a, 1e-6);
        o_colour.rgb = shown_value(u_eye, direction, depth, raw.a, float(evaluated) / float(u_most));
    }
#endif
}
