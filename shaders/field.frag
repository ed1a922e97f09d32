#version 330 core

// The picture of a sample's field, pixel by pixel as a triangle is drawn over it.

#include "field_picture.glsl"

out vec4 o_colour;

void main() {
    o_colour = pixel(gl_FragCoord.xy);
}
