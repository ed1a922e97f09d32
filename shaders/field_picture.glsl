// What one pixel of a picture of a sample's field shows.
//
// EXACT   1: the field itself (core/folded.py); 0: its baked volume (core/baked.py).
// Parts: those of the files below; the volume needs `summation` alone, but all must be chosen.
//
// COUNTED 1: not the picture, but of each ray: samples taken, mean depth of what absorbs it, opacity; 0: the picture.

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
uniform int u_parts;     // 0: the field and what lies behind; 1: the field; 2: what lies behind
uniform vec2 u_jitter;   // from the middle of each pixel, in pixels
uniform vec4 u_outside;  // raw colour and density that end a ray which misses the box

const int FOREGROUND = 1, BACKGROUND = 2;

Light integrated(vec3 direction, vec2 segment) {
    if (u_parts == BACKGROUND) {
        return Light(vec3(0.0), 1.0, ray_end(field(u_eye + segment.y * direction)));
    }
#if EXACT
    if (u_coarse > 0) {
        return integrate_as_in_training(u_eye, direction, segment);
    }
#endif
    return integrate(u_eye, direction, segment);
}

// Colour as shown on the screen, in [0, 1], and opacity.  `fragment` counts from the lower left corner.
vec4 pixel(vec2 fragment) {
    vec2 plane = image_plane(fragment + u_jitter);
    vec3 direction = ray_direction(plane);
    vec2 segment = u_range;
    if (u_cut == 1 || u_show == SHOW_SURFACE) {
        vec2 inside = box_segment(u_eye, direction, u_half);
        segment = vec2(max(segment.x, inside.x), min(segment.y, inside.y));
    }
    if (u_show == SHOW_SURFACE) {
        return surface(u_eye, direction, segment);
    }
    if (u_show == SHOW_SLICE) {
        return slice(u_eye, direction);
    }
    Light light = Light(vec3(0.0), 1.0, ray_end(u_outside));
    if (segment.x < segment.y) {
        light = integrated(direction, segment);
    }
    // Where a background follows, neither the last sample nor what it lets through is one.
    if (u_backdrop == 0 && u_surround_kind != 0 && u_parts != FOREGROUND) {
        light.behind += surround(u_eye, direction, plane);
    }
    float opacity = 1.0 - light.passing;
    float depth = reached_depth / max(opacity, 1e-6);
#if COUNTED
    return vec4(float(evaluated), depth, opacity, 1.0);
#else
    if (u_show == SHOW_COLOUR) {
        vec3 behind = u_parts == FOREGROUND ? 2.0 * NOTHING - 1.0 : light.behind;
        return vec4(0.5 * (light.colour + light.passing * behind) + 0.5, opacity);
    }
    return vec4(shown_value(u_eye, direction, depth, opacity, float(evaluated) / float(u_most)), opacity);
#endif
}
