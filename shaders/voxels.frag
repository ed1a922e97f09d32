#version 330 core

// One layer of a volume: the exact field at its voxels' centres, whose outermost lie on the faces of the box.

#include "planes_field.glsl"

uniform int u_layer;
uniform int u_resolution;   // voxels along an edge

const float HALF_MAX = 65504.0;   // of the half floats that are written

out vec4 o_voxel;   // colour and raw density

void main() {
    vec3 index = vec3(gl_FragCoord.xy - 0.5, float(u_layer));
    o_voxel = clamp(field(u_half * (2.0 * index / float(u_resolution - 1) - 1.0)), -HALF_MAX, HALF_MAX);
}
