// A pinhole camera: the ray of a pixel (core/camera.py holds the same law in NumPy).

uniform vec3 u_eye;      // world units
uniform mat3 u_axes;     // columns: right, up, backward, in world axes
uniform float u_focal;   // 1 / tan(fov / 2); the field of view spans the shorter side
uniform vec2 u_size;     // pixels that are drawn
uniform vec2 u_extent;   // picture plane coordinate of the picture's right and upper edge; end pixels lie on +-1

// Where a fragment lies in the image plane.  `fragment` counts from the lower left corner, pixel centres at one half.
vec2 image_plane(vec2 fragment) {
    return (2.0 * fragment / u_size - 1.0) * u_extent;
}

// Unit direction of the ray through a place of the image plane, in world axes.
vec3 ray_direction(vec2 plane) {
    return u_axes * normalize(vec3(plane, -u_focal));
}
