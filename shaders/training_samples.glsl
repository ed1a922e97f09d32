// Integration with the samples that the torch renderer takes: even ones, and finer ones drawn by the inverse of a
// distribution (core/volume.py).  Needs `field`, and what integrate.glsl holds.
//
// Part: `placement`, what that distribution is.

#include <placement>

uniform int u_coarse;   // even samples, both ends included; at most MOST_COARSE
uniform int u_fine;     // finer ones; 0: none

const float LEAST_WIDTH = 1e-5;      // of an interval of the distribution; narrower ones count as 1

struct Walk {          // along a ray, sample by sample
    vec3 colour;
    float passing;     // light that is left before `value`
    vec4 value;        // the sample that waits for the next one
    float depth;
};

void walk_on(inout Walk walk, vec4 value, float depth) {
    vec4 absorbing = between(walk.value, value);
    float through = exp(-softplus(absorbing.a) * (depth - walk.depth));
    walk.colour += walk.passing * (1.0 - through) * absorbing.rgb;
    reached_depth += walk.passing * (1.0 - through) * between(walk.depth, depth);
    walk.passing *= through;
    walk.value = value;
    walk.depth = depth;
}

// Integrate the ray's segment [range.x, range.y].
Light integrate_as_in_training(vec3 eye, vec3 direction, vec2 range) {
    vec4 values[MOST_COARSE];
    float reached[MOST_COARSE];      // the distribution up to the middle between sample i and the next
    float step_length = (range.y - range.x) / float(u_coarse - 1);
    float passing = 1.0;
    float total = 0.0;
    float before = 0.0, here = 0.0;  // weights of the last two intervals
    int last_middle = max(u_coarse - MIDDLES_END, 0);
    reached[0] = 0.0;
    for (int index = 0; index < u_coarse; ++index) {
        values[index] = field(eye + (range.x + step_length * float(index)) * direction);
        float after = 0.0;           // weight of the interval that ends with this sample
        if (index > 0) {
            float through = exp(-softplus(between(values[index - 1], values[index]).a) * step_length);
            after = passing * (1.0 - through);
            passing *= through;
        }
        if (index > 2) {
            total += share(before, here, after);
            reached[index - 2] = total;
        }
        before = here;
        here = after;
    }
    if (last_middle > u_coarse - 3 && last_middle > 0) {
        total += share(before, here, 0.0);
        reached[last_middle] = total;
    }
    float whole = max(total, WEIGHT_FLOOR);
    Walk walk = Walk(vec3(0.0), 1.0, vec4(0.0, 0.0, 0.0, -1e4), range.x);
    int next = 0;      // even sample that comes next
    int above = 0;     // first middle that the distribution reaches the wanted position at
    for (int index = 0; index < u_fine; ++index) {
        float wanted = total * float(index) / float(max(u_fine - 1, 1));
        while (above <= last_middle && is_behind(wanted, reached[above])) {
            ++above;
        }
        int high = min(above, last_middle);
        int low = clamp(above - 1, 0, last_middle);
        float width = (reached[high] - reached[low]) / whole;
        width = width < LEAST_WIDTH ? 1.0 : width;
        float place = float(low) + 0.5 + float(high - low) * (wanted - reached[low]) / (whole * width);
        float depth = range.x + step_length * place;
        while (next < u_coarse && range.x + step_length * float(next) <= depth) {
            walk_on(walk, values[next], range.x + step_length * float(next));
            ++next;
        }
        walk_on(walk, field(eye + depth * direction), depth);
    }
    while (next < u_coarse) {
        walk_on(walk, values[next], range.x + step_length * float(next));
        ++next;
    }
    evaluated = u_coarse + u_fine;
    return Light(walk.colour, walk.passing, ray_end(walk.value));
}
