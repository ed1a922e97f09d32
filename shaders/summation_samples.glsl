// A ray's sum over samples: each reaches to the next (core/volume.py, Quadrature).
//
// The last sample reaches further than the others: mostly to infinity, which makes it an opaque backdrop.  A learned
// white background lives there, so it is always evaluated, and opacity is what the samples before it absorb.  What it
// still lets through is white if the training counted it so.

// What absorbs light between two samples, and where: colour and raw density, and a depth.
vec4 between(vec4 begin, vec4 end) {
    return begin;
}

float between(float begin, float end) {
    return begin;
}

// Raw colour of a ray's end, the last sample: its own colour, and what it lets through.
vec3 ending(vec4 last) {
    float through = exp(-softplus(last.a) * u_last_interval);
    return (1.0 - through) * last.rgb + through * u_rest_colour;
}

// Raw colour of what is behind all intervals.
vec3 ray_end(vec4 last) {
    return u_backdrop == 0 ? ending(last) : u_backdrop_colour;
}

// Integrate the ray's segment [range.x, range.y].
Light integrate(vec3 eye, vec3 direction, vec2 range) {
    int last = u_steps - 1;
    float interval = (range.y - range.x) / float(last);
    float first = range.x + u_phase * interval;
    Skipper skips = skipper(eye + first * direction, interval * direction);
    Light light = Light(vec3(0.0), 1.0, u_backdrop_colour);
    for (int index = next_sample(skips, 0, last); index < last; index = next_sample(skips, index + 1, last)) {
        float depth = first + interval * float(index);
        vec4 value = field(eye + depth * direction);
        ++evaluated;
        float through = exp(-softplus(value.a) * interval);
        light.colour += light.passing * (1.0 - through) * value.rgb;
        reached_depth += light.passing * (1.0 - through) * depth;
        light.passing *= through;
        if (light.passing < u_stop) {
            break;
        }
    }
    if (u_backdrop == 0 && ends_in_nothing(skips, last, interval)) {
        light.behind = vec3(u_rest_colour);
    } else if (u_backdrop == 0) {
        light.behind = ending(field(eye + range.y * direction));
        ++evaluated;
    }
    return light;
}
