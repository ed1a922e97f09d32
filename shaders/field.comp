#version 430 core

// The picture of a sample's field, in groups of pixels.

#include "field_picture.glsl"

layout(local_size_x = GROUP, local_size_y = GROUP) in;

layout(TEXELS, binding = 0) uniform image2D u_picture;
uniform ivec4 u_region;    // left, bottom, width, height of what is drawn
uniform float u_share;     // of the new picture in the mean of all

void main() {
    ivec2 place = ivec2(gl_GlobalInvocationID.xy);
    if (any(greaterThanEqual(place, u_region.zw))) {
        return;
    }
    place += u_region.xy;
    vec4 colour = pixel(vec2(place) + 0.5);
    if (u_share < 1.0) {
        colour = mix(imageLoad(u_picture, place), colour, u_share);
    }
    imageStore(u_picture, place, colour);
}
