// A ray's sum over intervals: each has the mean of the two samples at its ends (core/midpoints.py, Midpoints).
//
// The ray ends with its last sample, and what passes all intervals meets what lies behind.

// What absorbs light between two samples, and where: colour and raw density, and a depth.
vec4 between(vec4 begin, vec4 end) {
    return 0.5 * (begin + end);
}

float between(float begin, float end) {
    return 0.5 * (begin + end);
}

// Raw colour of what is behind all intervals.
vec3 ray_end(vec4 last) {
    return u_backdrop == 0 ? vec3(u_rest_colour) : u_backdrop_colour;
}

// Integrate the ray's segment [range.x, range.y].
Light integrate(vec3 eye, vec3 direction, vec2 range) {
    int last = u_steps - 1;
    float interval = (range.y - range.x) / float(last);
    float first = range.x + u_phase * interval;
    Skipper skips = skipper(eye + first * direction, interval * direction);
    Light light = Light(vec3(0.0), 1.0, ray_end(vec4(0.0)));
    vec4 before = vec4(0.0, 0.0, 0.0, -1e4);
    float reached = range.x;
    int seen = next_sample(skips, 0, last + 1);
    int index = max(seen - 1, 0);
    // An interval counts if one of its ends may see something: the samples beside one that does are looked at, too.
    // What was passed over is one long interval, with nothing at either end.
    while (seen <= last && index <= last) {
        // Shifted samples lie between the ends of the segment, which stay.
        float depth = index == 0 ? range.x : index == last ? range.y : first + interval * float(index);
        vec4 value = field(eye + depth * direction);
        ++evaluated;
        vec4 mean = between(before, value);
        float through = exp(-softplus(mean.a) * (depth - reached));
        light.colour += light.passing * (1.0 - through) * mean.rgb;
        reached_depth += light.passing * (1.0 - through) * between(reached, depth);
        light.passing *= through;
        if (light.passing < u_stop) {
            break;
        }
        before = value;
        reached = depth;
        seen = next_sample(skips, index, last + 1);
        index = max(seen - 1, index + 1);
    }
    return light;
}
