// The field of one sample as a volume: raw colour and raw density, interpolated trilinearly (core/baked.py).
//
// CORNERS_ALIGNED 1: the outermost voxel centres lie on the faces of the box; 0: the voxels' outer faces do.
// MANUAL_FILTER   1: interpolate eight fetched voxels in full precision; 0: the sampler does it, on real GPUs with
//                    about eight fractional bits.

uniform sampler3D u_volume;    // width x, height y, depth z
uniform float u_half;          // half the edge of the box, world units

vec4 manual_trilinear(vec3 texel) {
    ivec3 last = textureSize(u_volume, 0) - 1;
    vec3 base = floor(texel);
    vec3 part = texel - base;
    ivec3 low = clamp(ivec3(base), ivec3(0), last);
    ivec3 high = clamp(ivec3(base) + 1, ivec3(0), last);
    vec4 x00 = mix(texelFetch(u_volume, low, 0), texelFetch(u_volume, ivec3(high.x, low.yz), 0), part.x);
    vec4 x10 = mix(texelFetch(u_volume, ivec3(low.x, high.y, low.z), 0),
                   texelFetch(u_volume, ivec3(high.xy, low.z), 0), part.x);
    vec4 x01 = mix(texelFetch(u_volume, ivec3(low.xy, high.z), 0),
                   texelFetch(u_volume, ivec3(high.x, low.y, high.z), 0), part.x);
    vec4 x11 = mix(texelFetch(u_volume, ivec3(low.x, high.yz), 0), texelFetch(u_volume, high, 0), part.x);
    return mix(mix(x00, x10, part.y), mix(x01, x11, part.y), part.z);
}

// Raw red, green, blue and density at a point of the box, in world units.
vec4 field(vec3 point) {
    vec3 size = vec3(textureSize(u_volume, 0));
    vec3 unit = 0.5 * point / u_half + 0.5;
#if CORNERS_ALIGNED
    vec3 texel = unit * (size - 1.0);       // counts voxel centres
#else
    vec3 texel = unit * size - 0.5;
#endif
#if MANUAL_FILTER
    return manual_trilinear(texel);
#else
    return texture(u_volume, (texel + 0.5) / size);
#endif
}
