// Integration with the samples that the torch renderer takes: even ones, and finer ones where these absorb light, drawn
// by the inverse of their distribution (core/volume.py).  Needs `field`, and `softplus` and `ending` of integrate.glsl.

uniform int u_coarse;   // even samples, both ends included; at most MOST_COARSE
uniform int u_fine;     // finer ones; 0: none

const float WEIGHT_FLOOR = 2e-5;     // so that the distribution is never zero
const float LEAST_WIDTH = 1e-5;      // of an interval of the distribution; narrower ones count as 1

struct Walk {          // along a ray, sample by sample
    vec3 colour;
    float passing;     // light that is left before `value`
    vec4 value;        // the sample that waits for the next one's depth
    float depth;
};

void walk_on(inout Walk walk, vec4 value, float depth) {
    float through = exp(-softplus(walk.value.a) * (depth - walk.depth));
    walk.colour += walk.passing * (1.0 - through) * walk.value.rgb;
    reached_depth += walk.passing * (1.0 - through) * walk.depth;
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
    reached[0] = 0.0;
    for (int index = 0; index < u_coarse; ++index) {
        values[index] = field(eye + (range.x + step_length * float(index)) * direction);
        float through = exp(-softplus(values[index].a) * step_length);
        if (index > 0 && index < u_coarse - 1) {
            total += passing * (1.0 - through) + WEIGHT_FLOOR;
            reached[index] = total;
        }
        passing *= through;
    }
    Walk walk = Walk(vec3(0.0), 1.0, vec4(0.0, 0.0, 0.0, -1e4), range.x);
    int next = 0;      // even sample that comes next
    int above = 0;     // first middle that the distribution reaches the wanted position at
    int last_middle = u_coarse - 2;
    for (int index = 0; index < u_fine; ++index) {
        float wanted = total * float(index) / float(max(u_fine - 1, 1));
        while (above <= last_middle && reached[above] < wanted) {
            ++above;
        }
        int high = min(above, last_middle);
        int low = clamp(above - 1, 0, last_middle);
        float width = (reached[high] - reached[low]) / total;
        width = width < LEAST_WIDTH ? 1.0 : width;
        float place = float(low) + 0.5 + float(high - low) * (wanted - reached[low]) / (total * width);
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
    return Light(walk.colour, walk.passing, u_backdrop == 0 ? ending(walk.value) : u_backdrop_colour);
}
