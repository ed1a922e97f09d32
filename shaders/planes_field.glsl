// The exact field of one sample: planes that hold the decoder's first layer, and its second layer (core/folded.py).
//
// GROUPS          layers of each plane; a texel holds four hidden units.
// PLANE_0, 1, 2   coordinates that span each plane, as xy; the first runs along its width.
// CORNERS_ALIGNED 1: the outermost texel centres lie on the faces of the box; 0: the texels' outer edges do.
// MANUAL_FILTER   1: interpolate fetched texels in full precision; 0: the sampler does it, on real GPUs with about
//                    eight fractional bits. Outside of the planes there are zeros either way.
//
// Parts: `activation` between the layers, and `colours` after them.

#include <activation>
#include <colours>

uniform sampler2DArray u_planes;             // layer: plane * GROUPS + group
uniform vec4 u_hidden_bias[GROUPS];
uniform vec4 u_out_weight[4 * GROUPS];       // what a hidden unit adds to colour and density
uniform vec4 u_out_bias;
uniform float u_half;                        // half the edge of the box, world units

// Texel coordinates that count texel centres, of a place in [-1, 1].
vec2 plane_texel(vec2 place) {
    float size = float(textureSize(u_planes, 0).x);
#if CORNERS_ALIGNED
    return 0.5 * (place + 1.0) * (size - 1.0);
#else
    return 0.5 * (place + 1.0) * size - 0.5;
#endif
}

#if MANUAL_FILTER
vec4 fetched(ivec2 texel, int layer) {
    int last = textureSize(u_planes, 0).x - 1;
    bool beside = any(lessThan(texel, ivec2(0))) || any(greaterThan(texel, ivec2(last)));
    return beside ? vec4(0.0) : texelFetch(u_planes, ivec3(texel, layer), 0);
}

vec4 plane(vec2 texel, int layer) {
    ivec2 low = ivec2(floor(texel));
    vec2 part = texel - floor(texel);
    vec4 below = mix(fetched(low, layer), fetched(low + ivec2(1, 0), layer), part.x);
    vec4 above = mix(fetched(low + ivec2(0, 1), layer), fetched(low + 1, layer), part.x);
    return mix(below, above, part.y);
}
#else
vec4 plane(vec2 texel, int layer) {
    return texture(u_planes, vec3((texel + 0.5) / float(textureSize(u_planes, 0).x), float(layer)));
}
#endif

// Red, green, blue as they are integrated, and raw density, at a point, in world units.
vec4 field(vec3 point) {
    vec3 place = point / u_half;
    vec2 first = plane_texel(place.PLANE_0);
    vec2 second = plane_texel(place.PLANE_1);
    vec2 third = plane_texel(place.PLANE_2);
    vec4 value = u_out_bias;
    for (int group = 0; group < GROUPS; ++group) {
        vec4 hidden = activated(u_hidden_bias[group] + plane(first, group) + plane(second, GROUPS + group)
                                + plane(third, 2 * GROUPS + group));
        value += hidden.x * u_out_weight[4 * group] + hidden.y * u_out_weight[4 * group + 1]
               + hidden.z * u_out_weight[4 * group + 2] + hidden.w * u_out_weight[4 * group + 3];
    }
    return vec4(integrable(value.rgb), value.a);
}
