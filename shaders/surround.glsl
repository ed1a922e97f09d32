// What lies behind the field (core/surround.py): a picture that fills the image plane, or the world outside a sphere,
// integrated out to infinity as in torch (METHOD, Sphere background).  Needs `softplus` of integrate.glsl.

uniform sampler3D u_surround;   // raw colour and density; layers of one picture, or of inverse distances from 1 to 0
uniform int u_surround_kind;    // 0: nothing; 1: a picture; 2: a sphere
uniform float u_sphere;         // radius of the sphere, world units

const float PI = 3.14159265358979;
// Reach of the last sample: it lets nothing through.
const float OPAQUE = 1e10;

// A layer at coordinates in [0, 1], whose ends are the centres of the outermost texels.
vec4 surround_layer(vec2 place, int layer) {
    vec3 size = vec3(textureSize(u_surround, 0));
    return texture(u_surround, vec3((place * (size.xy - 1.0) + 0.5) / size.xy, (float(layer) + 0.5) / size.z));
}

// A ray's point at distance r from the centre, over r: nearest / r + sqrt(1 - (nearest / r)^2) direction.
vec3 sphere_surround(vec3 eye, vec3 direction) {
    vec3 origin = eye / u_sphere;
    vec3 nearest = origin - dot(origin, direction) * direction;
    int layers = textureSize(u_surround, 0).z;
    float interval = 1.0 / float(layers - 1);
    vec3 colour = vec3(0.0);
    float passing = 1.0;
    for (int layer = 0; layer < layers; ++layer) {
        vec3 across = nearest * (1.0 - interval * float(layer));
        vec3 place = normalize(across + sqrt(max(0.0, 1.0 - dot(across, across))) * direction);
        vec2 angles = vec2(atan(place.z, place.x) / (2.0 * PI) + 0.5, acos(clamp(place.y, -1.0, 1.0)) / PI);
        vec4 value = surround_layer(angles, layer);
        float through = exp(-softplus(value.a) * (layer == layers - 1 ? OPAQUE : interval));
        colour += passing * (1.0 - through) * value.rgb;
        passing *= through;
    }
    return colour;
}

// A picture, and beside it, where a window is wider than pictures are, a dark grey that nobody has painted; a picture
// of a single texel is everywhere.
vec3 plane_surround(vec2 plane) {
    bool beside = max(abs(plane.x), abs(plane.y)) > 1.0 + 1e-3 && textureSize(u_surround, 0).x > 1;
    return beside ? vec3(-0.8) : surround_layer(0.5 * plane + 0.5, 0).rgb;
}

// Raw colour behind the field; `plane` is the ray's place in the image plane.
vec3 surround(vec3 eye, vec3 direction, vec2 plane) {
    return u_surround_kind == 1 ? plane_surround(plane) : sphere_surround(eye, direction);
}
